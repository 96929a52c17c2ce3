//! Lesson 2: a server for one client.

mod exercise;
mod facts;
mod limits;
mod looking;
mod refusals;
mod repair;
mod robustness;

use std::process::ExitCode;

use grader::{Exercise, Lesson};
use robustness::Requests;
use servers::command_line;
use servers::one_client;
use servers::one_client_robustness::{self, OneAfterAnother};
use servers::robustness::LastingServer;
use servers::says_little::SaysLittle;

fn main() -> ExitCode {
    Lesson::new("lesson02")
        .shared(one_client::CHECKS)
        .shared(&command_line::PROGRAM)
        .shared(&command_line::LISTENS)
        .robustness(one_client_robustness::ROBUSTNESS)
        .robustness(one_client_robustness::ROBUSTNESS_OF_ALL)
        .facts(facts::FACTS)
        .facts(looking::FACTS)
        .facts(repair::FACTS)
        .exercise(
            Exercise::new("exercise02", "solution02", exercise::CHECKS)
                .starter_fails(exercise::STARTER_FAILS)
                .robustness(&LastingServer::<Requests>::CHECKS)
                .robustness(&SaysLittle::<Requests>::CHECKS)
                .robustness(&OneAfterAnother::<Requests>::CHECKS)
                .robustness(robustness::ROBUSTNESS),
        )
        .main()
}
