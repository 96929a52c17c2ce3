//! The length is read with its least significant byte first.
//!
//! That is the order in which this machine keeps numbers in memory, so `from_ne_bytes`
//! does the same. The server sends the most significant byte first.
//!
//! Instead of: exercise01
//! Fails: prints_the_reply, waits_for_the_whole_reply, joins_characters_that_are_cut,
//!   takes_a_reply_of_any_length, prints_the_text_exactly, stops_after_the_frame,
//!   speaks_ipv6, connects_to_9090_by_default, reports_a_text_that_is_cut,
//!   takes_the_longest_reply, refuses_a_length_that_is_too_large, does_not_give_up_early

mod shared;

use std::io::Read;
use std::process::ExitCode;

use common::{Arguments, Explain, Failure, Limited, exit, say};
use shared::{MAX_REPLY, decode, greet, read_text, time_left};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A client that reads the length in the wrong order")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let connection = greet(arguments)?;
    let mut conversation = Limited::new(&connection, time_left(arguments));
    let mut length = [0; 4];
    conversation.read_exact(&mut length).explain("the length was cut off")?;
    // ANCHOR: bug
    let length = u32::from_le_bytes(length) as usize;
    // ANCHOR_END: bug
    if length > MAX_REPLY {
        return Err(Failure::new("the reply is refused", format!("{length} bytes")));
    }
    say!("{}", decode(read_text(&mut conversation, length)?)?)
}
