//! A byte order mark at the beginning of the text is lost.
//!
//! Python's `utf-8-sig` and Node's `TextDecoder` drop it unless told otherwise.
//!
//! Instead of: exercise01
//! Fails: prints_the_text_exactly

mod shared;

use std::process::ExitCode;

use common::{Arguments, Failure, Limited, exit, say};
use shared::{decode, greet, read_frame, time_left};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A client that drops a byte order mark")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let connection = greet(arguments)?;
    let mut conversation = Limited::new(&connection, time_left(arguments));
    let text = decode(read_frame(&mut conversation)?)?;
    // ANCHOR: bug
    say!("{}", text.strip_prefix('\u{feff}').unwrap_or(&text))
    // ANCHOR_END: bug
}
