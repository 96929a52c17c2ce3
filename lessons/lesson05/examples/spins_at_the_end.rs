//! When the last byte has come, the client asks for the end again and again.
//!
//! Before that it waits, as it should.
//!
//! Instead of: exercise05
//! Fails: is_idle_before_the_echo

mod client;

use std::io::{ErrorKind, Read};
use std::net::{Shutdown, TcpStream};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use common::{Explain, Failure, Limited, exit, say};
use lesson05::echo_arguments;

fn main() -> ExitCode {
    exit(run())
}

fn run() -> Result<(), Failure> {
    let (arguments, length) = echo_arguments("Exercise 5: ask for the end");
    let (start, limit) = (Instant::now(), arguments.time_limit);
    let connection = client::connect(arguments.address, limit)?;
    std::thread::scope(|scope| {
        let sending = scope.spawn(|| {
            client::send(&mut Limited::new(&connection, limit), length)?;
            connection.shutdown(Shutdown::Write).explain("cannot end the message")
        });
        let received = receive(&connection, length, start, limit);
        if received.is_err() {
            let _ = connection.shutdown(Shutdown::Both);
        }
        received.and(sending.join().expect("the sender does not panic"))
    })?;
    say!("echoed {length} bytes, each in its place")
}

fn receive(
    mut connection: &TcpStream,
    length: usize,
    start: Instant,
    limit: Duration,
) -> Result<(), Failure> {
    let mut receiver = Limited::new(connection, limit.saturating_sub(start.elapsed()));
    client::receive_bytes(&mut receiver, length)?;
    // BUG: `read` could wait for the end.
    connection.set_nonblocking(true).explain("cannot stop waiting")?;
    while start.elapsed() < limit {
        match connection.read(&mut [0]) {
            Ok(0) => return Ok(()),
            Err(why) if why.kind() == ErrorKind::WouldBlock => {}
            Ok(_) => return Err(Failure::new("the echo does not end", "more came")),
            Err(why) => return Err(why).explain("the echo broke off"),
        }
    }
    Err(Failure::new("no whole echo", "timed out"))
}
