//! A newline behind an address of IPv6 is dropped.
//!
//! Instead of: exercise00
//! Fails: refuses_blanks

mod answer;

use std::process::ExitCode;

use answer::{Answer, RIGHT};

fn main() -> ExitCode {
    let parse = |text: &str| {
        // BUG: it's no part of an address.
        let is_ipv6 = text.starts_with('[');
        (RIGHT.parse)(text.strip_suffix('\n').filter(|_| is_ipv6).unwrap_or(text))
    };
    Answer { parse, ..RIGHT }.run("Exercise 0: a newline is dropped")
}
