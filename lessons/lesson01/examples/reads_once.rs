//! One read is taken for the whole frame, as in the tutorial (C9).
//!
//! It works as long as the frame comes in one chunk of at most 1024 bytes.
//!
//! Instead of: exercise01
//! Fails: waits_for_the_whole_reply, joins_characters_that_are_cut,
//!   takes_a_reply_of_any_length, prints_the_text_exactly, stops_after_the_frame,
//!   reports_a_text_that_is_cut, reports_a_reply_that_breaks_off,
//!   reports_bytes_that_are_not_text, reports_half_a_character_at_the_end,
//!   takes_the_longest_reply, refuses_a_length_that_is_too_large,
//!   gives_up_on_a_silent_server, gives_up_on_a_slow_server, has_one_deadline,
//!   has_errors_and_limits_in_ipv6, does_not_give_up_early

mod shared;

use std::io::Read;
use std::process::ExitCode;

use common::{Arguments, Explain, Failure, Limited, exit, say};
use shared::{decode, greet, time_left};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A client that takes one read for the whole frame (C9)")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let connection = greet(arguments)?;
    let mut conversation = Limited::new(&connection, time_left(arguments));
    // ANCHOR: bug
    let mut buffer = [0; 1024];
    let count = conversation.read(&mut buffer).explain("cannot read the reply")?;
    let Some(text) = buffer[..count].get(4..) else {
        return Err(Failure::new("no reply", format!("only {count} bytes came")));
    };
    // ANCHOR_END: bug
    say!("{}", decode(text.to_vec())?)
}
