//! The client prints what the tutorial's server answers, whatever has come.
//!
//! Nothing that it reads matters to it, as long as there is a frame.
//!
//! Instead of: exercise01
//! Fails: prints_the_reply, waits_for_the_whole_reply, joins_characters_that_are_cut,
//!   takes_a_reply_of_any_length, prints_the_text_exactly, takes_an_empty_reply,
//!   stops_after_the_frame, speaks_ipv6, connects_to_9090_by_default,
//!   reports_bytes_that_are_not_text, reports_forbidden_forms,
//!   reports_half_a_character_at_the_end, takes_the_longest_reply,
//!   has_errors_and_limits_in_ipv6, does_not_give_up_early

mod shared;

use std::process::ExitCode;

use common::{Arguments, Failure, Limited, REPLY, exit, say};
use shared::{greet, read_frame, time_left};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A client that knows the reply by heart")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let connection = greet(arguments)?;
    let mut conversation = Limited::new(&connection, time_left(arguments));
    read_frame(&mut conversation)?;
    // ANCHOR: bug
    say!("{REPLY}")
    // ANCHOR_END: bug
}
