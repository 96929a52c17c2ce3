//! Without an address, the client connects to port 8080.
//!
//! Instead of: exercise05
//! Fails: connects_to_9090_by_default
//! Judged only on these.

mod client;

use std::process::ExitCode;

use common::{Failure, exit, tutorial_address};
use lesson05::echo_arguments;

fn main() -> ExitCode {
    exit(run())
}

fn run() -> Result<(), Failure> {
    let (arguments, length) = echo_arguments("Exercise 5: another port");
    let limit = arguments.time_limit;
    // BUG: another default.
    let mut address = arguments.address;
    if address == tutorial_address() {
        address.set_port(8080);
    }
    let connection = client::connect(address, limit)?;
    client::converse(&connection, limit, length)
}
