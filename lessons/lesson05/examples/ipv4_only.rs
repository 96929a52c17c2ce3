//! Only IPv4 addresses are taken.
//!
//! A server on [::1] is never reached.
//!
//! Instead of: exercise05
//! Fails: echoes_over_ipv6, keeps_the_deadline

mod client;

use std::process::ExitCode;

use common::{Failure, exit};
use lesson05::echo_arguments;

fn main() -> ExitCode {
    exit(run())
}

fn run() -> Result<(), Failure> {
    let (arguments, length) = echo_arguments("Exercise 5: IPv4 only");
    let limit = arguments.time_limit;
    // BUG: a `SocketAddr` is good for both.
    if arguments.address.is_ipv6() {
        return Err(Failure::new("cannot connect", "this is not an IPv4 address"));
    }
    let connection = client::connect(arguments.address, limit)?;
    client::converse(&connection, limit, length)
}
