//! Only two bytes of the length count.
//!
//! Up to 65,535 bytes this makes no difference.
//!
//! Instead of: exercise01
//! Fails: takes_a_reply_of_any_length, prints_the_text_exactly,
//!   reports_a_text_that_is_cut, reports_bytes_that_are_not_text,
//!   takes_the_longest_reply

mod shared;

use std::process::ExitCode;

use common::{Arguments, Failure, Limited, exit, say};
use shared::{decode, greet, read_length, read_text, time_left};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A client that looks at half of the length")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let connection = greet(arguments)?;
    let mut conversation = Limited::new(&connection, time_left(arguments));
    let length = read_length(&mut conversation)?;
    // ANCHOR: bug
    let length = usize::from(length as u16);
    // ANCHOR_END: bug
    say!("{}", decode(read_text(&mut conversation, length)?)?)
}
