//! A server that closes without sending anything is taken for one with an empty reply.
//!
//! An empty reply has a length, which is 0.
//!
//! Instead of: exercise01
//! Fails: reports_no_reply, has_errors_and_limits_in_ipv6

mod shared;

use std::io::Read;
use std::process::ExitCode;

use common::{Arguments, Explain, Failure, Limited, exit, say};
use shared::{decode, greet, read_length, read_text, time_left};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A client that takes no reply for an empty one")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let connection = greet(arguments)?;
    let mut conversation = Limited::new(&connection, time_left(arguments));
    let mut length = [0; 4];
    // ANCHOR: bug
    let first = conversation.read(&mut length).explain("the reply broke off")?;
    if first == 0 {
        return say!("");
    }
    // ANCHOR_END: bug
    conversation.read_exact(&mut length[first..]).explain("the length was cut off")?;
    let length = read_length(&mut &length[..])?;
    say!("{}", decode(read_text(&mut conversation, length)?)?)
}
