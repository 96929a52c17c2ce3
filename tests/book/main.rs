//! Checks the book and its server, from outside, as a reader of the book meets them. What each file
//! checks is at its head.
//!
//! Nothing here waits for time to pass: every wait is for an answer, and has a deadline.

mod build;
mod cards;
mod chapters;
mod chinese;
mod commands;
mod defects;
mod editions;
#[cfg(target_os = "linux")]
mod figures;
mod guard;
mod live;
mod messages;
mod packets;
mod preprocess;
mod queues;
mod scenes;
mod serving;
mod site;
mod stories;
#[cfg(target_os = "linux")]
mod strain;
mod support;
mod theme_words;
mod voice;

use std::process::ExitCode;

use harness::Arguments;

/// How many trials run side by side. Many of them wait far more than they compute.
const SIDE_BY_SIDE: usize = 16;

fn main() -> ExitCode {
    #[cfg(windows)]
    on_windows::press_ctrl_c_if_asked();
    let mut trials = live::trials();
    #[cfg(target_os = "linux")]
    trials.extend(strain::trials());
    #[cfg(target_os = "linux")]
    trials.extend(figures::trials());
    trials.extend(packets::trials());
    trials.extend(stories::trials());
    trials.extend(queues::trials());
    trials.extend(scenes::trials());
    trials.extend(site::trials());
    trials.extend(chapters::trials());
    trials.extend(messages::trials());
    trials.extend(chinese::trials());
    trials.extend(commands::trials());
    trials.extend(cards::trials());
    trials.extend(defects::trials());
    trials.extend(build::trials());
    trials.extend(editions::trials());
    trials.extend(serving::trials());
    trials.extend(guard::trials());
    trials.extend(preprocess::trials());
    trials.extend(voice::trials());
    trials.extend(theme_words::trials());
    let mut arguments = Arguments::from_args();
    arguments.test_threads.get_or_insert(SIDE_BY_SIDE);
    let conclusion = harness::run(&arguments, trials);
    support::Server::end_shared();
    site::end();
    conclusion.exit_code()
}
