//! The book in a real browser, as its readers see it: every page, light and dark, 1280 and 360 px
//! wide, with and without a mouse, with and without scripts; the programs that run on it, the exercise that
//! is graded while it is edited, and what neither of them must allow.
//!
//! The browser is Chromium, driven by chromedriver. Where one of them is missing, these checks are listed
//! as ignored; where `CI` is set, they fail.

#[cfg(unix)]
mod attacks;
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

fn main() -> ExitCode {
    let mut trials = pages::trials();
    trials.extend(keys::trials());
    trials.extend(pages::later_trials());
    #[cfg(unix)]
    {
        trials.extend(panels::trials());
        trials.extend(scenes::trials());
        trials.extend(watching::trials());
        trials.extend(grading::trials());
        trials.extend(exercise::trials());
        trials.extend(attacks::trials());
    }
    let conclusion = harness::run(&Arguments::from_args(), trials);
    support::end();
    conclusion.exit_code()
}
