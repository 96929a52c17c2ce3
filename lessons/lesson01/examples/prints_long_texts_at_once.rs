//! A text of more than 1 MiB is printed while it arrives.
//!
//! It saves memory. If the reply then breaks off, a part of it has already been printed as if
//! it were the reply.
//!
//! Instead of: exercise01
//! Fails: reports_a_text_that_is_cut
//! Judged only on these.

mod shared;

use std::io::{self, Read, Write};
use std::process::ExitCode;

use common::{Arguments, Explain, Failure, Limited, exit, say};
use shared::{decode, greet, read_length, read_text, time_left};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A client that has no patience with long texts")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let connection = greet(arguments)?;
    let mut conversation = Limited::new(&connection, time_left(arguments));
    let length = read_length(&mut conversation)?;
    // ANCHOR: bug
    if length > 1 << 20 {
        let mut text = conversation.take(length as u64);
        let printed = io::copy(&mut text, &mut io::stdout()).explain("cannot print")?;
        if printed < length as u64 {
            return Err(Failure::new(
                "the reply broke off",
                format!("{printed} bytes came"),
            ));
        }
        return io::stdout().write_all(b"\n").explain("cannot print");
    }
    // ANCHOR_END: bug
    say!("{}", decode(read_text(&mut conversation, length)?)?)
}
