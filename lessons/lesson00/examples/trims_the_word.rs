//! Blanks around the word are cut off before it's read.
//!
//! A word with a blank isn't an address. A line of a file that has one is a mistake, and
//! no one is told here.
//!
//! Instead of: exercise00
//! Fails: refuses_blanks

mod answer;

use std::net::SocketAddr;
use std::process::ExitCode;

use answer::{Answer, RIGHT, none};
use common::Failure;

fn main() -> ExitCode {
    Answer { parse, ..RIGHT }.run("An answer that trims the words")
}

fn parse(text: &str) -> Result<SocketAddr, Failure> {
    // ANCHOR: bug
    text.trim().parse().map_err(|why| none(text, why))
    // ANCHOR_END: bug
}
