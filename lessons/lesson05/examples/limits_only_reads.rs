//! Only the reads have a deadline.
//!
//! When it's over, the reader gives up, but the sender still waits for room, and the program
//! waits for the sender.
//!
//! Instead of: exercise05
//! Fails: gives_up_on_a_silent_server, keeps_the_deadline
//! Judged only on these.

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
    let (arguments, length) = echo_arguments("Exercise 5: a deadline for reads");
    let limit = arguments.time_limit;
    let connection = client::connect(arguments.address, limit)?;
    let mut receiver = Limited::new(&connection, limit);
    thread::scope(|scope| {
        let receiving = scope.spawn(|| client::receive(&mut receiver, length));
        // BUG: without a deadline, a server that doesn't read holds this forever.
        client::send(&mut &connection, length)?;
        connection.shutdown(Shutdown::Write).explain("cannot end the message")?;
        receiving.join().expect("the receiver does not panic")
    })?;
    say!("echoed {length} bytes, each in its place")
}
