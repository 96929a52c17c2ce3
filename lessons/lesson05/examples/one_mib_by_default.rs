//! Without `--bytes`, the message is 1 MiB long.
//!
//! The assignment says 32 MiB.
//!
//! Instead of: exercise05
//! Fails: reads_while_it_writes

mod client;

use std::process::ExitCode;

use common::{Failure, exit};
use lesson05::echo_arguments;

fn main() -> ExitCode {
    exit(run())
}

fn run() -> Result<(), Failure> {
    let (arguments, length) = echo_arguments("Exercise 5: another length");
    let limit = arguments.time_limit;
    let connection = client::connect(arguments.address, limit)?;
    // BUG: another default.
    let length =
        if std::env::args().any(|it| it == "--bytes") { length } else { 1 << 20 };
    client::converse(&connection, limit, length)
}
