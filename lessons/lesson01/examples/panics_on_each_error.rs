//! Every error ends in a panic (C11).
//!
//! The user gets a message that's meant for programmers, and exit code 101.
//!
//! Instead of: exercise01
//! Fails: reports_a_refusal, reports_no_reply, reports_a_length_that_is_cut,
//!   reports_a_text_that_is_cut, reports_a_reply_that_breaks_off,
//!   reports_bytes_that_are_not_text, reports_forbidden_forms,
//!   reports_half_a_character_at_the_end, refuses_a_length_that_is_too_large,
//!   gives_up_connecting, gives_up_on_a_silent_server, gives_up_on_a_slow_server,
//!   has_one_deadline, has_errors_and_limits_in_ipv6

mod shared;

use common::Arguments;

fn main() {
    let about = "A client that panics on each error (C11)";
    // ANCHOR: bug
    shared::run(&Arguments::parse(about)).unwrap();
    // ANCHOR_END: bug
}
