//! Lesson 3: a server that can be run again right away.

mod checks;
mod exercise;
mod facts;
mod holder;
mod notes;
mod queue;

use std::process::ExitCode;

use exercise::Greetings;
use grader::{Exercise, Lesson};
use servers::command_line;
use servers::one_client;
use servers::one_client_robustness::{self, OneAfterAnother};
use servers::robustness::LastingServer;

fn main() -> ExitCode {
    Lesson::new("lesson03")
        .checks(checks::CHECKS)
        .shared(one_client::CHECKS)
        .shared(&command_line::PROGRAM)
        .shared(&command_line::LISTENS)
        .robustness(one_client_robustness::ROBUSTNESS)
        .robustness(one_client_robustness::ROBUSTNESS_OF_ALL)
        .facts(facts::FACTS)
        .facts(notes::FACTS)
        .exercise(
            Exercise::new("exercise03", "solution03", exercise::CHECKS)
                .starter_fails(exercise::STARTER_FAILS)
                .robustness(&LastingServer::<Greetings>::CHECKS)
                .robustness(one_client_robustness::ROBUSTNESS_OF_ALL)
                .robustness(&OneAfterAnother::<Greetings>::CHECKS),
        )
        .main()
}
