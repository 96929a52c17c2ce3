//! Every error ends in a panic.
//!
//! The user gets exit code 101 and a panic message instead of a reason that people can
//! read. All but `main` is the solution's.
//!
//! Instead of: exercise05
//! Fails: reports_a_refusal, echoes_over_ipv6, notices_an_early_end,
//!   notices_bytes_out_of_place, notices_a_wrong_byte, notices_a_wrong_end,
//!   notices_bytes_too_many, notices_a_reset, notices_a_reset_at_the_end,
//!   reports_a_server_that_closes, says_so_at_once, gives_up_on_a_silent_server,
//!   gives_up_on_a_missing_echo, gives_up_connecting, keeps_the_deadline,
//!   has_time_by_default, does_not_read_too_much_to_its_end,
//!   gives_up_on_a_reply_without_end, reports_a_full_output

#[path = "../solution.rs"]
#[expect(dead_code, reason = "`main` is this file's own")]
mod solution;

use std::process::ExitCode;

use solution::{receive, run, send};

fn main() -> ExitCode {
    // BUG: a panic is for a bug in the program, not for an error of the server.
    run(send, receive).unwrap();
    ExitCode::SUCCESS
}
