//! A write that fails ends the program without an error message.
//!
//! That is what SIGPIPE does to a program in C or Perl that doesn't ignore it.
//!
//! Instead of: exercise05
//! Fails: reports_a_server_that_closes, says_so_at_once, gives_up_on_a_silent_server,
//!   gives_up_connecting, keeps_the_deadline
//! Judged only on Unix. In Wine a long write may reach the deadline where on Linux a read does.

mod client;

use std::net::Shutdown;
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use common::{Failure, Limited, exit, say};
use lesson05::echo_arguments;

fn main() -> ExitCode {
    exit(run())
}

fn run() -> Result<(), Failure> {
    let (arguments, length) = echo_arguments("Exercise 5: an end without an error");
    let limit = arguments.time_limit;
    let connection = client::connect(arguments.address, limit)?;
    let (mut sender, reader) = (Limited::new(&connection, limit), &connection);
    let mut receiver = Limited::new(reader, limit);
    thread::scope(|scope| {
        scope.spawn(move || {
            if client::send(&mut sender, length).is_err() {
                // BUG: neither a person nor a script learns why.
                std::process::exit(141);
            }
            let _ = reader.shutdown(Shutdown::Write);
        });
        let outcome = client::receive(&mut receiver, length);
        if outcome.is_err() {
            // A write that hasn't returned fails first.
            thread::sleep(Duration::from_millis(30));
            let _ = reader.shutdown(Shutdown::Both);
        }
        outcome
    })?;
    say!("echoed {length} bytes, each in its place")
}
