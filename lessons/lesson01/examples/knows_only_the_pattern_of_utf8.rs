//! A decoder of its own looks only at the pattern of the bits.
//!
//! A first byte says how many others follow. That takes surrogates, overlong forms and
//! numbers beyond U+10FFFF for characters, and RFC 3629 forbids them all.
//!
//! Instead of: exercise01
//! Fails: reports_forbidden_forms

mod shared;

use std::io::Write;
use std::process::ExitCode;

use common::{Arguments, Explain, Failure, Limited, exit};
use shared::{greet, read_frame, time_left};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A client with its own decoder")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let connection = greet(arguments)?;
    let mut conversation = Limited::new(&connection, time_left(arguments));
    let mut reply = read_frame(&mut conversation)?;
    // ANCHOR: bug
    let mut rest = &reply[..];
    while let [first, more @ ..] = rest {
        let count = match first.leading_ones() {
            0 => 0,
            ones @ 2..=4 => ones as usize - 1,
            _ => return Err(Failure::new("not text in UTF-8", "a wrong first byte")),
        };
        let follow = more.get(..count).unwrap_or(&[0]);
        if follow.iter().any(|byte| byte.leading_ones() != 1) {
            return Err(Failure::new("not text in UTF-8", "a wrong byte follows"));
        }
        rest = &more[count..];
    }
    // ANCHOR_END: bug
    reply.push(b'\n');
    std::io::stdout().write_all(&reply).explain("cannot print")
}
