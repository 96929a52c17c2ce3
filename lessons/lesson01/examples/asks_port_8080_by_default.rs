//! Without an address, the client connects to port 8080.
//!
//! Instead of: exercise01
//! Fails: connects_to_9090_by_default
//! Judged only on these.

mod shared;

use std::process::ExitCode;

use common::{Arguments, exit, tutorial_address};

fn main() -> ExitCode {
    let mut arguments = Arguments::parse("A client with another default");
    // ANCHOR: bug
    if arguments.address == tutorial_address() {
        arguments.address.set_port(8080);
    }
    // ANCHOR_END: bug
    exit(shared::run(&arguments))
}
