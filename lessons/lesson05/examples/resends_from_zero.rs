//! After a partial write, the message is sent again from byte 0.
//!
//! The receiver gets the beginning twice, and has no way to tell.
//!
//! Instead of: lesson05
//! Fails: accounts_for_every_byte

mod shared;

use std::io::{ErrorKind, Read, Write};
use std::process::ExitCode;

use common::{Arguments, Explain, Failure, exit, say};
use lesson05::{compare, listen, numbered_lines};
use shared::small_ends;

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A sender that begins again after a partial write")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let listener = listen(arguments.address)?;
    let (mut sender, mut receiver) = small_ends(&listener)?;
    let message = numbered_lines(1 << 20);
    sender.set_nonblocking(true).explain("cannot make the sender non-blocking")?;

    let (mut sent, mut received) = (0, Vec::new());
    let mut buffer = [0; 64 << 10];
    while received.len() < message.len() {
        // ANCHOR: bug
        match sender.write(&message) {
            // ANCHOR_END: bug
            Ok(count) if received.is_empty() => {
                sent += count;
                say!("write: {count} of {} bytes taken", message.len())?;
            }
            Ok(count) => {
                let read = received.len();
                say!(
                    "resumed: the kernel took {count} more bytes once {read} were read"
                )?;
            }
            Err(why) if why.kind() == ErrorKind::WouldBlock => {
                if received.is_empty() {
                    say!("write: 0 of {} bytes taken, it would block", message.len())?;
                    say!("full: {sent} bytes sent, 0 read")?;
                }
                let count = receiver.read(&mut buffer).explain("cannot read")?;
                received.extend_from_slice(&buffer[..count]);
            }
            Err(why) => return Err(why).explain("cannot write"),
        }
    }
    compare(&message, &received)?;
    say!("end: {} bytes sent, {} read, each in its place", message.len(), received.len())
}
