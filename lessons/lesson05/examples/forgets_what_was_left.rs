//! After a partial write, the program goes on with the next chunk.
//!
//! The connection is non-blocking, so the kernel may take only a part of a chunk. This
//! answer counts what it offered, not what was taken, so the rest is lost.
//!
//! Instead of: exercise05
//! Fails: sends_every_byte_once, reads_while_it_writes, stays_small

mod one_thread;

use std::io::{ErrorKind, Write};
use std::net::TcpStream;
use std::process::ExitCode;
use std::time::Duration;

use common::{Explain, Failure, exit};

fn main() -> ExitCode {
    exit(one_thread::run(
        "Exercise 5: count what was offered",
        offer,
        Some(Duration::from_millis(1)),
    ))
}

fn offer(connection: &mut TcpStream, chunk: &[u8]) -> Result<usize, Failure> {
    match connection.write(chunk) {
        // BUG: `write` returns how many bytes the kernel took.
        Ok(_) => Ok(chunk.len()),
        Err(why) if why.kind() == ErrorKind::WouldBlock => Ok(0),
        Err(why) => Err(why).explain("cannot send"),
    }
}
