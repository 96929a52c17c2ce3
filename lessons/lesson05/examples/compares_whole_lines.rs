//! The echo is compared line by line, when a line is complete.
//!
//! A wrong byte in half a line is noticed when the rest comes, or the end.
//!
//! Instead of: exercise05
//! Fails: says_so_at_once

#[path = "../solution.rs"]
#[expect(dead_code, reason = "`main` and `receive` are this file's own")]
mod solution;

use std::io::{BufRead, BufReader, Read};
use std::process::ExitCode;

use common::{Explain, Failure, exit};
use lesson05::in_place;
use solution::{run, send};

fn main() -> ExitCode {
    exit(run(send, receive))
}

fn receive(receiver: &mut dyn Read, length: usize) -> Result<(), Failure> {
    let mut echo = BufReader::new(receiver);
    let (mut line, mut received) = (Vec::new(), 0);
    loop {
        line.clear();
        // BUG: this waits for the line's end.
        match echo.by_ref().take(64).read_until(b'\n', &mut line) {
            Ok(0) if received == length => return Ok(()),
            Ok(0) => return Err(Failure::new("no whole echo", "it ended")),
            Ok(count) => {
                in_place(received, &line)?;
                received += count;
            }
            Err(why) => return Err(why).explain("cannot read"),
        }
        if received > length {
            return Err(Failure::new("the echo does not end", "more than was sent"));
        }
    }
}
