//! Lesson 1: a client.

mod checks;
mod exercise;
mod facts;
mod robustness;

use std::process::ExitCode;

use grader::{Exercise, Lesson};
use robustness::ROBUSTNESS;
use servers::{command_line, handshake};

fn main() -> ExitCode {
    Lesson::new("lesson01")
        .checks(checks::CHECKS)
        .shared(&command_line::PROGRAM)
        .robustness(ROBUSTNESS)
        .facts(facts::FACTS)
        .exercise(
            Exercise::new("exercise01", "solution01", exercise::CHECKS)
                .starter_fails(exercise::STARTER_FAILS)
                .robustness(ROBUSTNESS)
                .robustness(&[handshake::GIVES_UP_CONNECTING]),
        )
        .main()
}
