//! The error says that something failed, and not what and why.
//!
//! A user who reads `error: failed` can do nothing about it.
//!
//! Instead of: exercise01
//! Fails: reports_a_refusal, reports_no_reply, reports_a_length_that_is_cut,
//!   reports_a_text_that_is_cut, reports_a_reply_that_breaks_off,
//!   reports_bytes_that_are_not_text, reports_forbidden_forms,
//!   reports_half_a_character_at_the_end, refuses_a_length_that_is_too_large,
//!   gives_up_connecting, gives_up_on_a_silent_server, gives_up_on_a_slow_server,
//!   has_one_deadline, has_errors_and_limits_in_ipv6

mod shared;

use std::process::ExitCode;

use common::Arguments;

fn main() -> ExitCode {
    let about = "A client that does not say what failed";
    match shared::run(&Arguments::parse(about)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => {
            // ANCHOR: bug
            eprintln!("error: failed");
            // ANCHOR_END: bug
            ExitCode::FAILURE
        }
    }
}
