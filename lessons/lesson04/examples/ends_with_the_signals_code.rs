//! After Ctrl-C, the exit code is 130, as if the signal had ended the program.
//!
//! Instead of: exercise04
//! Fails: stops_on_ctrl_c, stops_wherever_it_listens, stops_without_descriptors,
//!   finishes_lines_that_have_arrived, stops_in_time, does_the_same_in_ipv6

mod lines;
mod shared;

use std::process::ExitCode;

use common::exit;

use lines::answer_lines;
use shared::*;

fn main() -> ExitCode {
    // ANCHOR: bug
    match server::run(args::parse(), answer_lines) {
        Ok(()) => ExitCode::from(130),
        Err(failure) => exit(Err(failure)),
    }
    // ANCHOR_END: bug
}
