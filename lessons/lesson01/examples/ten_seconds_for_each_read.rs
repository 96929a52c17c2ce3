//! Without `--time-limit`, each read may take ten seconds (C11).
//!
//! A server that sends a byte now and then holds this client for as long as it likes.
//!
//! Instead of: exercise01
//! Fails: has_ten_seconds_by_default

mod shared;

use std::process::ExitCode;

use common::{Arguments, Explain, Failure, Limited, exit, say};
use shared::{decode, greet, read_frame, time_left};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A client with a limit for each read")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let mut connection = greet(arguments)?;
    // ANCHOR: bug
    let text = if std::env::args().any(|it| it == "--time-limit") {
        read_frame(&mut Limited::new(&connection, time_left(arguments)))?
    } else {
        let limit = Some(arguments.time_limit);
        connection.set_read_timeout(limit).explain("cannot set a timeout")?;
        read_frame(&mut connection)?
    };
    // ANCHOR_END: bug
    say!("{}", decode(text)?)
}
