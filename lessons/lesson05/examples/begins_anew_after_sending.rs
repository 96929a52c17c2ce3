//! When all is sent, the limit begins anew.
//!
//! A server that reads slowly and then sends nothing has nearly twice the time.
//!
//! Instead of: exercise05
//! Fails: gives_up_on_a_missing_echo
//! Judged only on these.

mod client;

use std::io::{self, ErrorKind, Read};
use std::net::{Shutdown, TcpStream};
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use common::{Explain, Failure, Limited, exit, say, timed_out};
use lesson05::echo_arguments;

fn main() -> ExitCode {
    exit(run())
}

fn run() -> Result<(), Failure> {
    let (arguments, length) = echo_arguments("Exercise 5: a second limit");
    let limit = arguments.time_limit;
    let connection = client::connect(arguments.address, limit)?;
    let deadline = Mutex::new(Instant::now() + limit);
    thread::scope(|scope| {
        let sending = scope.spawn(|| {
            client::send(&mut Limited::new(&connection, limit), length)?;
            // BUG: the server has had a part of the time already.
            *deadline.lock().unwrap_or_else(PoisonError::into_inner) =
                Instant::now() + limit;
            connection.shutdown(Shutdown::Write).explain("cannot end the message")
        });
        let mut receiver = Receiver { connection: &connection, deadline: &deadline };
        let received = client::receive(&mut receiver, length);
        if received.is_err() {
            let _ = connection.shutdown(Shutdown::Both);
        }
        let sent = sending.join().expect("the sender does not panic");
        received.and(sent)
    })?;
    say!("echoed {length} bytes, each in its place")
}

/// Reads until a deadline that may move.
struct Receiver<'a> {
    connection: &'a TcpStream,
    deadline: &'a Mutex<Instant>,
}

impl Receiver<'_> {
    fn time_left(&self) -> Duration {
        let deadline = self.deadline.lock().unwrap_or_else(PoisonError::into_inner);
        deadline.saturating_duration_since(Instant::now())
    }
}

impl Read for Receiver<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let left = self.time_left();
            if left.is_zero() {
                return Err(ErrorKind::TimedOut.into());
            }
            self.connection.set_read_timeout(Some(left))?;
            match self.connection.read(buffer) {
                Err(why) if timed_out(&why) => {}
                read => return read,
            }
        }
    }
}
