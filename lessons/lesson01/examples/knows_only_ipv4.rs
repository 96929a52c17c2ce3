//! The client can connect to IPv4 addresses only.
//!
//! Its socket is made before it looks at the address.
//!
//! Instead of: exercise01
//! Fails: speaks_ipv6, has_errors_and_limits_in_ipv6

mod shared;

use std::net::SocketAddr;
use std::process::ExitCode;

use common::{Arguments, Failure, exit};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A client that knows only IPv4")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    // ANCHOR: bug
    let SocketAddr::V4(_) = arguments.address else {
        return Err(Failure::new("cannot connect", "the address is not of IPv4"));
    };
    // ANCHOR_END: bug
    shared::run(arguments)
}
