//! A full buffer is taken for a failure.
//!
//! `?` on the result of a non-blocking write gives up when the buffer is full. The
//! program should read, or wait, and then try again.
//!
//! Instead of: lesson05
//! Fails: fills_the_connection, sent_is_not_received, resumes_when_there_is_room,
//!   accounts_for_every_byte

mod shared;

use std::io::Write;
use std::process::ExitCode;

use common::{Arguments, Explain, Failure, exit, say};
use lesson05::{listen, numbered_lines};
use shared::small_ends;

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A sender that takes WouldBlock for a failure")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let listener = listen(arguments.address)?;
    let (mut sender, _receiver) = small_ends(&listener)?;
    let message = numbered_lines(1 << 20);
    sender.set_nonblocking(true).explain("cannot make the sender non-blocking")?;

    let mut written = 0;
    while written < message.len() {
        // ANCHOR: bug
        let count = sender
            .write(&message[written..])
            .map_err(|why| Failure::new("cannot write", why))?;
        // ANCHOR_END: bug
        say!("write: {count} of {} bytes taken", message.len() - written)?;
        written += count;
    }
    say!("end: {written} bytes sent, 0 read, each in its place")
}
