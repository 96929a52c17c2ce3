//! Lesson 4: a server for many clients.

mod checks;
mod exercise;
mod facts;
mod lines;
mod network;
mod robustness;
mod session;
mod stopping;

use std::process::ExitCode;

use grader::{Exercise, Lesson};
use lines::Lines;
use robustness::Chunks;
use servers::command_line;
use servers::many_clients::ThreadedServer;
use servers::robustness::LastingServer;
use servers::says_little::SaysLittle;

fn main() -> ExitCode {
    Lesson::new("lesson04")
        .checks(checks::CHECKS)
        .shared(&command_line::PROGRAM)
        .shared(&command_line::LISTENS)
        .robustness(&LastingServer::<Chunks>::CHECKS)
        .robustness(&ThreadedServer::<Chunks>::CHECKS)
        .robustness(robustness::ROBUSTNESS)
        .facts(facts::FACTS)
        .facts(session::FACTS)
        .facts(network::FACTS)
        .exercise(
            Exercise::new("exercise04", "solution04", exercise::CHECKS)
                .starter_fails(exercise::STARTER_FAILS)
                .robustness(&LastingServer::<Lines>::CHECKS)
                .robustness(&ThreadedServer::<Lines>::CHECKS)
                .robustness(&SaysLittle::<Lines>::CHECKS)
                .robustness(exercise::ROBUSTNESS),
        )
        .main()
}
