//! Lesson 5: send and receive buffers.

mod at_once;
mod checks;
mod echo;
mod exercise;
mod facts;
mod memory;
mod robustness;
mod time;

use std::process::ExitCode;

use grader::{Exercise, Lesson};
use servers::command_line;

fn main() -> ExitCode {
    Lesson::new("lesson05")
        .checks(checks::CHECKS)
        .shared(&command_line::PROGRAM)
        .shared(&command_line::LISTENS)
        .mode(checks::CSV)
        .mode(checks::SWEEP)
        .facts(facts::FACTS)
        .exercise(
            Exercise::new("exercise05", "solution05", exercise::CHECKS)
                .starter_fails(exercise::STARTER_FAILS)
                .robustness(robustness::ROBUSTNESS),
        )
        .main()
}
