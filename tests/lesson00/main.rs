//! Lesson 0: addresses, ports, and what names a connection.

mod checks;
mod classify;
mod exercise;
mod facts;
mod refusals;

use std::process::ExitCode;

use grader::{Exercise, Lesson};
use servers::command_line;

fn main() -> ExitCode {
    Lesson::new("lesson00")
        .shared(&command_line::PROGRAM)
        .shared(&command_line::LISTENS)
        .mode(checks::LOOPBACK)
        .mode(checks::PORTS)
        .mode(checks::ENDS)
        .mode(checks::SHARED)
        .mode(checks::CLASSIFY)
        .facts(facts::FACTS)
        .exercise(
            Exercise::new("exercise00", "solution00", exercise::CHECKS)
                .starter_fails(exercise::STARTER_FAILS),
        )
        .main()
}
