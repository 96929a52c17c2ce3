//! A length that is cut off is filled up with zeros.
//!
//! Nothing looks at how many of its four bytes have come.
//!
//! Instead of: exercise01
//! Fails: reports_a_length_that_is_cut

mod shared;

use std::io::Read;
use std::process::ExitCode;

use common::{Arguments, Explain, Failure, Limited, exit, say};
use shared::{decode, greet, read_length, read_text, time_left};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A client that fills the length with zeros")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let connection = greet(arguments)?;
    let mut conversation = Limited::new(&connection, time_left(arguments));
    let mut bytes = Vec::new();
    // ANCHOR: bug
    Read::take(&mut conversation, 4).read_to_end(&mut bytes).explain("no length")?;
    if bytes.is_empty() {
        return Err(Failure::new("no reply", "the stream ended"));
    }
    bytes.resize(4, 0);
    // ANCHOR_END: bug
    let length = read_length(&mut &bytes[..])?;
    say!("{}", decode(read_text(&mut conversation, length)?)?)
}
