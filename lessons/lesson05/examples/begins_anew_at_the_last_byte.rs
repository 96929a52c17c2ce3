//! The end of the echo has a time limit of its own.
//!
//! A server that sends the last byte late and never ends holds the client for up to twice
//! its limit.
//!
//! Instead of: exercise05
//! Fails: keeps_the_deadline, gives_up_connecting

mod client;

use std::io::Read;
use std::net::Shutdown;
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use common::{Explain, Failure, Limited, exit, say};
use lesson05::echo_arguments;

fn main() -> ExitCode {
    exit(run())
}

fn run() -> Result<(), Failure> {
    let (arguments, length) = echo_arguments("Exercise 5: a limit for the end");
    let limit = arguments.time_limit;
    let connection = client::connect(arguments.address, limit)?;
    thread::scope(|scope| {
        let sending = scope.spawn(|| {
            client::send(&mut Limited::new(&connection, limit), length)?;
            connection.shutdown(Shutdown::Write).explain("cannot end the message")
        });
        let mut echo = Limited::new(&connection, limit);
        let received = client::receive_bytes(&mut echo, length).and_then(|()| {
            // BUG: a new limit.
            let mut end = Limited::new(&connection, limit.max(Duration::from_secs(1)));
            match end.read(&mut [0]).explain("the echo does not end")? {
                0 => Ok(()),
                _ => Err(Failure::new("the echo does not end", "more than was sent")),
            }
        });
        if received.is_err() {
            let _ = connection.shutdown(Shutdown::Both);
        }
        received.and(sending.join().expect("the sender does not panic"))
    })?;
    say!("echoed {length} bytes, each in its place")
}
