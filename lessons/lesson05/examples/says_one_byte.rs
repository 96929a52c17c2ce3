//! Of one byte the program says `1 byte`.
//!
//! Better English, and a script that looks for the agreed line doesn't find it.
//!
//! Instead of: exercise05
//! Fails: echoes_messages_of_any_length
//! Judged only on these.

mod client;

use std::process::ExitCode;

use common::{Failure, Limited, exit, say};
use lesson05::echo_arguments;

fn main() -> ExitCode {
    exit(run())
}

fn run() -> Result<(), Failure> {
    let (arguments, length) = echo_arguments("Exercise 5: singular and plural");
    let limit = arguments.time_limit;
    let connection = client::connect(arguments.address, limit)?;
    if length != 1 {
        return client::converse(&connection, limit, length);
    }
    let mut sender = Limited::new(&connection, limit);
    client::send(&mut sender, length)?;
    let _ = connection.shutdown(std::net::Shutdown::Write);
    client::receive(&mut Limited::new(&connection, limit), length)?;
    // BUG: the line is the same for each number.
    say!("echoed 1 byte, in its place")
}
