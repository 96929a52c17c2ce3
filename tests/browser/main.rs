//! The book in a real browser, as its readers see it: every page, light and dark, 1280 and 360 px
//! wide, with and without a mouse, with and without scripts; the programs that run on it, the exercise that
//! is graded while it is edited, and what neither of them must allow.
//!
//! The browser is Chromium, driven by chromedriver. Where one of them is missing, these checks are listed
//! as ignored; where `CI` is set, they fail.

#[cfg(unix)]
mod attacks;
#[cfg(unix)]
mod chinese;
mod editions;
#[cfg(unix)]
mod elsewhere;
#[cfg(unix)]
mod exercise;
mod faults;
#[cfg(unix)]
mod grading;
mod keys;
mod pages;
#[cfg(unix)]
mod panels;
#[cfg(unix)]
mod scenes;
mod support;
#[cfg(unix)]
mod watching;

use std::process::ExitCode;

use harness::Arguments;

/// How many trials run side by side. Many of them wait for a program that they see end.
const SIDE_BY_SIDE: usize = 4;

fn main() -> ExitCode {
    // The survey first: it takes longest.
    let mut trials = pages::survey_trials();
    let mut hands = pages::trials();
    hands.extend(keys::trials());
    hands.extend(editions::trials());
    #[allow(unused_mut)]
    let mut live = Vec::new();
    #[cfg(unix)]
    {
        live.extend(panels::trials());
        live.extend(scenes::trials());
        live.extend(watching::trials());
        live.extend(grading::trials());
        live.extend(exercise::trials());
        live.extend(attacks::trials());
        live.extend(chinese::trials());
    }
    // One of each in turn, so that neither kind has to wait for a browser while the other's are free.
    let (mut hands, mut live) = (hands.into_iter(), live.into_iter());
    while hands.len() + live.len() > 0 {
        trials.extend(hands.next().into_iter().chain(live.next()));
    }
    trials.extend(pages::later_trials());
    let mut arguments = Arguments::from_args();
    arguments.test_threads.get_or_insert(SIDE_BY_SIDE);
    let conclusion = harness::run(&arguments, trials);
    support::end();
    conclusion.exit_code()
}
