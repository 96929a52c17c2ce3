//! The four bytes of the length are printed with the text.
//!
//! They are valid UTF-8 as long as the text is short, and most terminals show nothing of
//! them.
//!
//! Instead of: exercise01
//! Fails: prints_the_reply, waits_for_the_whole_reply, joins_characters_that_are_cut,
//!   takes_a_reply_of_any_length, prints_the_text_exactly, takes_an_empty_reply,
//!   stops_after_the_frame, speaks_ipv6, connects_to_9090_by_default,
//!   takes_the_longest_reply, does_not_give_up_early

mod shared;

use std::process::ExitCode;

use common::{Arguments, Failure, Limited, exit, say};
use shared::{decode, greet, read_frame, time_left};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A client that prints the length as well")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let connection = greet(arguments)?;
    let mut conversation = Limited::new(&connection, time_left(arguments));
    let text = decode(read_frame(&mut conversation)?)?;
    // ANCHOR: bug
    let length = decode((text.len() as u32).to_be_bytes().to_vec())?;
    say!("{length}{text}")
    // ANCHOR_END: bug
}
