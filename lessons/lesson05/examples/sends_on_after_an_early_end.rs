//! When the echo ends too early, the sender goes on.
//!
//! Only a wrong byte stops it. It waits for room at a server that doesn't read any more,
//! until the time limit.
//!
//! Instead of: exercise05
//! Fails: says_so_at_once, gives_up_connecting

mod client;

use std::net::Shutdown;
use std::process::ExitCode;
use std::thread;

use common::{Explain, Failure, Limited, exit, say};
use lesson05::{echo_arguments, in_place};

fn main() -> ExitCode {
    exit(run())
}

fn run() -> Result<(), Failure> {
    let (arguments, length) = echo_arguments("Exercise 5: an end that waits");
    let limit = arguments.time_limit;
    let connection = client::connect(arguments.address, limit)?;
    let mut sender = Limited::new(&connection, limit);
    let mut receiver = Limited::new(&connection, limit);
    thread::scope(|scope| {
        let sending = scope.spawn(|| {
            client::send(&mut sender, length)?;
            connection.shutdown(Shutdown::Write).explain("cannot end the message")
        });
        // BUG: what `compare` doesn't see doesn't wake the sender.
        let received = client::receive_with(&mut receiver, length, |place, chunk| {
            in_place(place, chunk).inspect_err(|_| {
                let _ = connection.shutdown(Shutdown::Both);
            })
        });
        let sent = sending.join().expect("the sender does not panic");
        received.and(sent)
    })?;
    say!("echoed {length} bytes, each in its place")
}
