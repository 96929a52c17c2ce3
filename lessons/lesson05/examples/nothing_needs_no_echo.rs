//! Where nothing is sent, nothing is read.
//!
//! A server that sends a byte anyway isn't noticed.
//!
//! Instead of: exercise05
//! Fails: notices_bytes_too_many, says_so_at_once

mod client;

use std::process::ExitCode;

use common::{Failure, exit, say};
use lesson05::echo_arguments;

fn main() -> ExitCode {
    exit(run())
}

fn run() -> Result<(), Failure> {
    let (arguments, length) = echo_arguments("Exercise 5: no echo of nothing");
    let limit = arguments.time_limit;
    let connection = client::connect(arguments.address, limit)?;
    // BUG: also the echo of nothing has an end.
    if length == 0 {
        let _ = connection.shutdown(std::net::Shutdown::Write);
        return say!("echoed 0 bytes, each in its place");
    }
    client::converse(&connection, limit, length)
}
