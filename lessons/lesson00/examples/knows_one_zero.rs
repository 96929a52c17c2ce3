//! Only a port that is written `0` is no port yet.
//!
//! `00` is the same number.
//!
//! Instead of: exercise00
//! Fails: knows_that_port_0_is_none

mod answer;

use std::process::ExitCode;

use answer::{Answer, Describe, RIGHT};

fn main() -> ExitCode {
    Answer { classify, ..RIGHT }.run("Exercise 0: zeros")
}

fn classify(addresses: &[String], describe: &Describe) -> ExitCode {
    (RIGHT.classify)(addresses, &|text| {
        // BUG: a port is a number, not a word.
        let is_zero = text.ends_with(":0");
        let port = if is_zero { "no port yet" } else { "system port" };
        Ok(describe(text)?.replace("no port yet", port))
    })
}
