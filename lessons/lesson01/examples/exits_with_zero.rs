//! The exit code is 0 after every error (C11).
//!
//! This client explains each error well on stderr. Then its exit code says that all went
//! well, so a script that runs it can't tell a failure from a success.
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

use common::{Arguments, complain};

fn main() -> ExitCode {
    // ANCHOR: bug
    let about = "A client whose exit code is always 0 (C11)";
    if let Err(failure) = shared::run(&Arguments::parse(about)) {
        complain(&failure);
    }
    ExitCode::SUCCESS
    // ANCHOR_END: bug
}
