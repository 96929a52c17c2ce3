//! The number that `write` returns is thrown away (C10).
//!
//! The tutorial does the same with `send`. The kernel takes a part of a chunk, or none of
//! it, and the program counts the whole chunk as sent.
//!
//! Instead of: lesson05
//! Fails: fills_the_connection, sent_is_not_received, shows_a_partial_write,
//!   resumes_when_there_is_room, accounts_for_every_byte

mod shared;

use std::io::{Read, Write};
use std::process::ExitCode;

use common::{Arguments, Explain, Failure, exit, say};
use lesson05::{compare, listen, numbered_lines};
use shared::small_ends;

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A sender that drops the count that write returns (C10)")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let listener = listen(arguments.address)?;
    let (mut sender, mut receiver) = small_ends(&listener)?;
    let message = numbered_lines(1 << 20);
    sender.set_nonblocking(true).explain("cannot make the sender non-blocking")?;

    // ANCHOR: bug
    for chunk in message.chunks(64 << 10) {
        let _ = sender.write(chunk);
        say!("write: {} of {} bytes taken", chunk.len(), chunk.len())?;
    }
    // ANCHOR_END: bug

    drop(sender);
    let mut received = Vec::new();
    receiver.read_to_end(&mut received).explain("cannot read")?;
    compare(&message, &received)?;
    say!("end: {} bytes sent, {} read, each in its place", message.len(), received.len())
}
