//! Five seconds of silence end the conversation, whatever the time limit is.
//!
//! A server may take its time, as long as the whole reply comes before the limit.
//!
//! Instead of: exercise01
//! Fails: does_not_give_up_early
//! Judged only on these.

mod shared;

use std::process::ExitCode;
use std::time::Duration;

use common::{Arguments, Explain, Failure, exit, say};
use shared::{decode, greet, read_frame};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A client that waits for five seconds")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let mut connection = greet(arguments)?;
    // ANCHOR: bug
    let limit = arguments.time_limit.min(Duration::from_secs(5));
    connection.set_read_timeout(Some(limit)).explain("cannot set a timeout")?;
    // ANCHOR_END: bug
    say!("{}", decode(read_frame(&mut connection)?)?)
}
