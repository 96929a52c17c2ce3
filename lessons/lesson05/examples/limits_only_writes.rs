//! Only the writes have a deadline.
//!
//! A server that has read everything, and doesn't answer, holds the program forever.
//!
//! Instead of: exercise05
//! Fails: gives_up_on_a_missing_echo, gives_up_connecting, keeps_the_deadline
//! Judged only on Unix. In Wine `shutdown` doesn't wake a read that waits.

mod client;

use std::net::Shutdown;
use std::process::ExitCode;
use std::thread;

use common::{Explain, Failure, Limited, exit, say};
use lesson05::echo_arguments;

fn main() -> ExitCode {
    exit(run())
}

fn run() -> Result<(), Failure> {
    let (arguments, length) = echo_arguments("Exercise 5: a deadline for writes");
    let limit = arguments.time_limit;
    let connection = client::connect(arguments.address, limit)?;
    let mut sender = Limited::new(&connection, limit);
    thread::scope(|scope| {
        let sending = scope.spawn(|| {
            let sent = client::send(&mut sender, length);
            if sent.is_err() {
                let _ = connection.shutdown(Shutdown::Both);
            }
            sent?;
            connection.shutdown(Shutdown::Write).explain("cannot end the message")
        });
        // BUG: a read without a deadline.
        let received = client::receive(&mut &connection, length);
        if received.is_err() {
            let _ = connection.shutdown(Shutdown::Both);
        }
        received.and(sending.join().expect("the sender does not panic"))
    })?;
    say!("echoed {length} bytes, each in its place")
}
