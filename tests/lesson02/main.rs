//! Lesson 2: a server for one client.

mod exercise;
mod facts;
mod looking;

use std::process::ExitCode;

use exercise::Requests;
use grader::{Exercise, Lesson};
use servers::command_line;
use servers::one_client::{self, OneAfterAnother};
use servers::robustness::LastingServer;
use servers::says_little::SaysLittle;

fn main() -> ExitCode {
    Lesson::new("lesson02")
        .shared(one_client::CHECKS)
        .shared(&command_line::PROGRAM)
        .shared(&command_line::LISTENS)
        .robustness(one_client::ROBUSTNESS)
        .robustness(one_client::ROBUSTNESS_OF_ALL)
        .facts(facts::FACTS)
        .facts(looking::FACTS)
        .exercise(
            Exercise::new("exercise02", "solution02", exercise::CHECKS)
                .starter_fails(exercise::STARTER_FAILS)
                .robustness(&LastingServer::<Requests>::CHECKS)
                .robustness(&SaysLittle::<Requests>::CHECKS)
                .robustness(&OneAfterAnother::<Requests>::CHECKS)
                .robustness(exercise::ROBUSTNESS),
        )
        .main()
}
