//! The client reports its own progress on stdout, beside the reply.
//!
//! A program that reads this output can't tell the progress from the reply. And if the
//! client fails, its output isn't empty.
//!
//! Instead of: exercise01
//! Fails: prints_the_reply, waits_for_the_whole_reply, joins_characters_that_are_cut,
//!   takes_a_reply_of_any_length, prints_the_text_exactly, takes_an_empty_reply,
//!   stops_after_the_frame, speaks_ipv6, connects_to_9090_by_default, reports_no_reply,
//!   reports_a_length_that_is_cut, reports_a_text_that_is_cut,
//!   reports_a_reply_that_breaks_off, reports_bytes_that_are_not_text,
//!   reports_forbidden_forms, reports_half_a_character_at_the_end,
//!   takes_the_longest_reply, refuses_a_length_that_is_too_large, gives_up_connecting,
//!   gives_up_on_a_silent_server, gives_up_on_a_slow_server, has_one_deadline,
//!   has_errors_and_limits_in_ipv6, does_not_give_up_early

mod shared;

use std::process::ExitCode;

use common::{Arguments, Failure, Limited, exit, say};
use shared::{decode, greet, read_frame, time_left};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A client that talks about itself on stdout")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let connection = greet(arguments)?;
    let mut conversation = Limited::new(&connection, time_left(arguments));
    // ANCHOR: bug
    say!("connected to {}", arguments.address)?;
    // ANCHOR_END: bug
    say!("{}", decode(read_frame(&mut conversation)?)?)
}
