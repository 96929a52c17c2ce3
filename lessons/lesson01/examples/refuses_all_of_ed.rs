//! Every character that begins with the byte ED is taken for half a surrogate pair.
//!
//! U+D000 to U+D7FF, most of them Korean, begin with it as well.
//!
//! Instead of: exercise01
//! Fails: prints_the_text_exactly

mod shared;

use std::process::ExitCode;

use common::{Arguments, Failure, Limited, exit, say};
use shared::{greet, read_frame, time_left};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A client that refuses ED")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let connection = greet(arguments)?;
    let mut conversation = Limited::new(&connection, time_left(arguments));
    let reply = read_frame(&mut conversation)?;
    // ANCHOR: bug
    if reply.contains(&0xed) {
        return Err(Failure::new("the reply is not text", "it has a surrogate"));
    }
    // ANCHOR_END: bug
    let text = str::from_utf8(&reply);
    let text = text.map_err(|why| Failure::new("the reply is not text", why))?;
    say!("{text}")
}
