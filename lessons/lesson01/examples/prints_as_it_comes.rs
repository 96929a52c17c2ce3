//! Each chunk of the text is printed as soon as it arrives (S6).
//!
//! `nc` does the same. If the reply then breaks off, comes too late or isn't text, a part
//! of it has already been printed as if it were the reply.
//!
//! Instead of: exercise01
//! Fails: reports_a_text_that_is_cut, reports_a_reply_that_breaks_off,
//!   reports_bytes_that_are_not_text, reports_forbidden_forms,
//!   reports_half_a_character_at_the_end, gives_up_on_a_silent_server,
//!   gives_up_on_a_slow_server, has_errors_and_limits_in_ipv6

mod shared;

use std::io::{Read, Write};
use std::process::ExitCode;

use common::{Arguments, Explain, Failure, Limited, exit};
use shared::{greet, read_length, time_left};

fn main() -> ExitCode {
    exit(run(&Arguments::parse(
        "A client that prints before it has the whole reply (S6)",
    )))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let connection = greet(arguments)?;
    let mut conversation = Limited::new(&connection, time_left(arguments));
    let mut left = read_length(&mut conversation)?;
    let mut stdout = std::io::stdout();
    let mut chunk = [0; 1024];
    // ANCHOR: bug
    while left > 0 {
        let most = left.min(chunk.len());
        let count =
            conversation.read(&mut chunk[..most]).explain("the reply broke off")?;
        if count == 0 {
            return Err(Failure::new(
                "the reply broke off",
                format!("{left} bytes are missing"),
            ));
        }
        left -= count;
        stdout.write_all(&chunk[..count]).explain("cannot print")?;
    }
    // ANCHOR_END: bug
    stdout.write_all(b"\n").explain("cannot print")
}
