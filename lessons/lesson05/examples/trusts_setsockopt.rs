//! The buffer size that was asked for is shown as the size that was granted (S23).
//!
//! Setting the option succeeds even if the kernel chooses another size. Only asking the
//! socket shows what was granted.
//!
//! Instead of: lesson05
//! Fails: shows_the_granted_sizes

mod shared;

use std::process::ExitCode;

use common::{Arguments, Explain, Failure, exit, say};
use lesson05::{SMALL_BUFFER, connect, fill, listen, numbered_lines, say_full};
use shared::finish;
use socket2::SockRef;

fn main() -> ExitCode {
    exit(run(&Arguments::parse(
        "A program that takes its wish for the kernel's answer (S23)",
    )))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let listener = listen(arguments.address)?;
    // ANCHOR: bug
    SockRef::from(&listener)
        .set_recv_buffer_size(SMALL_BUFFER)
        .explain("cannot set a size")?;
    say!("receive buffer: asked for {SMALL_BUFFER} bytes, granted {SMALL_BUFFER}")?;
    let (sender, receiver) = connect(&listener)?;
    SockRef::from(&sender)
        .set_send_buffer_size(SMALL_BUFFER)
        .explain("cannot set a size")?;
    say!("send buffer: asked for {SMALL_BUFFER} bytes, granted {SMALL_BUFFER}")?;
    // ANCHOR_END: bug

    let message = numbered_lines(256 << 10);
    sender.set_nonblocking(true).explain("cannot make the sender non-blocking")?;
    let mut sent = 0;
    let taken = fill(&sender, &message, &mut sent)?;
    say_full(message.len(), &taken, 0)?;

    finish(&sender, &receiver, &message, sent)
}
