//! After Ctrl-C, the server takes 2.7 seconds, whatever its clients do.
//!
//! Instead of: exercise04
//! Fails: stops_on_ctrl_c, stops_wherever_it_listens, stops_without_descriptors,
//!   stops_in_time

mod lines;
mod shared;

use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use common::exit;

use lines::answer_lines;
use shared::*;

fn main() -> ExitCode {
    // ANCHOR: bug
    let outcome = server::run(args::parse(), answer_lines);
    thread::sleep(Duration::from_millis(2700));
    exit(outcome)
    // ANCHOR_END: bug
}
