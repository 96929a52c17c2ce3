//! A wrong byte ends the reader, and nothing wakes the sender.
//!
//! The sender still waits for room in the server's buffers, and the program waits for the sender, until the
//! time limit.
//!
//! Instead of: exercise05
//! Fails: says_so_at_once

mod client;

use std::net::Shutdown;
use std::process::ExitCode;
use std::thread;
use std::time::Instant;

use common::{Explain, Failure, Limited, exit, say};
use lesson05::echo_arguments;

fn main() -> ExitCode {
    exit(run())
}

fn run() -> Result<(), Failure> {
    let (arguments, length) =
        echo_arguments("Exercise 5: errors that wait for the limit");
    let start = Instant::now();
    let connection = client::connect(arguments.address, arguments.time_limit)?;
    let limit = arguments.time_limit.saturating_sub(start.elapsed());
    let mut sender = Limited::new(&connection, limit);
    let mut receiver = Limited::new(&connection, limit);
    thread::scope(|scope| {
        let sending = scope.spawn(|| {
            client::send(&mut sender, length)?;
            connection.shutdown(Shutdown::Write).explain("cannot end the message")
        });
        // BUG: when this has failed, the sender waits on.
        let received = client::receive(&mut receiver, length);
        let sent = sending.join().expect("the sender does not panic");
        received.and(sent)
    })?;
    say!("echoed {length} bytes, each in its place")
}
