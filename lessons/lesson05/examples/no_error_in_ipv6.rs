//! A refusal in IPv6 is explained, and the exit code is 0.
//!
//! A script that calls the program takes it for a success.
//!
//! Instead of: exercise05
//! Fails: echoes_over_ipv6

mod client;

use std::process::ExitCode;

use common::exit;
use lesson05::echo_arguments;

fn main() -> ExitCode {
    let (arguments, length) = echo_arguments("Exercise 5: no error in IPv6");
    let limit = arguments.time_limit;
    let connection = match client::connect(arguments.address, limit) {
        Ok(connection) => connection,
        // BUG: an error is an error in both.
        Err(why) if arguments.address.is_ipv6() => {
            eprintln!("{why}");
            return ExitCode::SUCCESS;
        }
        Err(why) => return exit(Err(why)),
    };
    exit(client::converse(&connection, limit, length))
}
