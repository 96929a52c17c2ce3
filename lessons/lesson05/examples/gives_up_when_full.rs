//! The sender stops for good when the kernel takes no more.
//!
//! It drops the rest of the message and closes. The receiver sees a stream that ends
//! cleanly, but too early.
//!
//! Instead of: lesson05
//! Fails: resumes_when_there_is_room, accounts_for_every_byte

mod shared;

use std::io::Read;
use std::process::ExitCode;

use common::{Arguments, Explain, Failure, exit, say};
use lesson05::{compare, fill, listen, numbered_lines, say_full};
use shared::small_ends;

fn main() -> ExitCode {
    exit(run(&Arguments::parse(
        "A sender that does not go on after the connection was full",
    )))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let listener = listen(arguments.address)?;
    let (sender, mut receiver) = small_ends(&listener)?;
    let message = numbered_lines(1 << 20);
    sender.set_nonblocking(true).explain("cannot make the sender non-blocking")?;

    let mut written = 0;
    let taken = fill(&sender, &message, &mut written)?;
    say_full(message.len(), &taken, 0)?;
    // ANCHOR: bug
    drop(sender);
    // ANCHOR_END: bug

    let mut received = Vec::new();
    receiver.read_to_end(&mut received).explain("cannot read")?;
    compare(&message, &received)?;
    say!("end: {written} bytes sent, {} read, each in its place", received.len())
}
