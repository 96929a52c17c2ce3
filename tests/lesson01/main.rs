//! Lesson 1: a client.

mod checks;
mod errors;
mod exercise;
mod facts;
mod frame_server;
mod frames;
mod limits;
mod robustness;
mod unfriendly;

use std::process::ExitCode;

use grader::{Exercise, Lesson};
use servers::command_line;

fn main() -> ExitCode {
    Lesson::new("lesson01")
        .checks(checks::CHECKS)
        .shared(&command_line::PROGRAM)
        .robustness(robustness::LESSON)
        .facts(facts::FACTS)
        .facts(frame_server::FACTS)
        .facts(unfriendly::FACTS)
        .exercise(
            Exercise::new("exercise01", "solution01", exercise::CHECKS)
                .starter_fails(exercise::STARTER_FAILS)
                .robustness(robustness::EXERCISE),
        )
        .main()
}
