//! Without `--time-limit`, a server has a minute.
//!
//! The assignment says 10 s. A script that calls this client waits for as long.
//!
//! Instead of: exercise01
//! Fails: has_ten_seconds_by_default

mod shared;

use std::process::ExitCode;
use std::time::Duration;

use common::{Arguments, Failure, Limited, exit, say};
use shared::{decode, greet, read_frame, time_left};

fn main() -> ExitCode {
    exit(run(Arguments::parse("A client that waits for a minute")))
}

fn run(mut arguments: Arguments) -> Result<(), Failure> {
    // ANCHOR: bug
    if !std::env::args().any(|it| it == "--time-limit") {
        arguments.time_limit = Duration::from_secs(60);
    }
    // ANCHOR_END: bug
    let connection = greet(&arguments)?;
    let mut conversation = Limited::new(&connection, time_left(&arguments));
    say!("{}", decode(read_frame(&mut conversation)?)?)
}
