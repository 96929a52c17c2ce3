//! The program writes everything and then reads, in one thread.
//!
//! The calls are blocking. `write_all` waits for room that only the read after it could
//! make, so it waits forever.
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
    exit(run(&Arguments::parse(
        "A program that writes everything and then reads: it hangs",
    )))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let listener = listen(arguments.address)?;
    let (mut sender, mut receiver) = small_ends(&listener)?;
    let message = numbered_lines(1 << 20);

    // ANCHOR: bug
    sender.write_all(&message).explain("cannot write")?;
    let mut received = vec![0; message.len()];
    receiver.read_exact(&mut received).explain("cannot read")?;
    // ANCHOR_END: bug

    compare(&message, &received)?;
    say!("end: {} bytes sent, {} read, each in its place", message.len(), received.len())
}
