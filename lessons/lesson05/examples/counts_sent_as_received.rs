//! The bytes that `write` took are reported as received (S6).
//!
//! They're in the two kernels' buffers. The program at the other end hasn't read a byte.
//!
//! Instead of: lesson05
//! Fails: sent_is_not_received

mod shared;

use std::process::ExitCode;

use common::{Arguments, Explain, Failure, exit};
use lesson05::{fill, listen, numbered_lines, say_full};
use shared::{finish, small_ends};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A sender that counts what it sent as received (S6)")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let listener = listen(arguments.address)?;
    let (sender, receiver) = small_ends(&listener)?;
    let message = numbered_lines(256 << 10);
    sender.set_nonblocking(true).explain("cannot make the sender non-blocking")?;

    let mut sent = 0;
    let taken = fill(&sender, &message, &mut sent)?;
    // ANCHOR: bug
    let received = sent;
    say_full(message.len(), &taken, received)?;
    // ANCHOR_END: bug

    finish(&sender, &receiver, &message, sent)
}
