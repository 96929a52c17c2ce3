//! After an error in IPv6, the exit code is 0.
//!
//! Instead of: exercise01
//! Fails: has_errors_and_limits_in_ipv6

mod shared;

use std::process::ExitCode;

use common::{Arguments, complain, exit};

fn main() -> ExitCode {
    let arguments = Arguments::parse("A client that forgives errors in IPv6");
    match shared::run(&arguments) {
        // ANCHOR: bug
        Err(failure) if arguments.address.is_ipv6() => {
            complain(&failure);
            ExitCode::SUCCESS
        }
        // ANCHOR_END: bug
        outcome => exit(outcome),
    }
}
