//! When everything is sent, the program asks again and again whether the echo has come.
//!
//! There's no pause between its questions, so it keeps one processor busy. Until then it
//! waits in both directions, as it should.
//!
//! Instead of: exercise05
//! Fails: is_idle_before_the_echo, gives_up_connecting

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
    let (arguments, length) = echo_arguments("Exercise 5: ask for the echo");
    let limit = arguments.time_limit;
    let connection = client::connect(arguments.address, limit)?;
    let mut sender = Limited::new(&connection, limit);
    let mut receiver = Limited::new(&connection, limit);
    thread::scope(|scope| {
        let receiving = scope.spawn(|| {
            let received = client::receive(&mut receiver, length);
            if received.is_err() {
                let _ = connection.shutdown(Shutdown::Both);
            }
            received
        });
        let sent = client::send(&mut sender, length)
            .and_then(|()| connection.shutdown(Shutdown::Write).explain("cannot end it"));
        // BUG: `join` alone would wait.
        while !receiving.is_finished() {}
        receiving.join().expect("the receiver does not panic").and(sent)
    })?;
    say!("echoed {length} bytes, each in its place")
}
