//! The chunks are 16 MiB large.
//!
//! Nothing else is kept, but one chunk of each direction is the whole message.
//!
//! Instead of: exercise05
//! Fails: stays_small

mod client;

use std::process::ExitCode;

use common::{Failure, exit};
use lesson05::echo_arguments;

fn main() -> ExitCode {
    exit(run())
}

fn run() -> Result<(), Failure> {
    let (arguments, length) = echo_arguments("Exercise 5: large chunks");
    let limit = arguments.time_limit;
    let connection = client::connect(arguments.address, limit)?;
    // BUG: a chunk need not be larger than the buffers on the way.
    let chunk = vec![1_u8; 16 << 20];
    client::converse(&connection, limit, length).map(|()| drop(chunk))
}
