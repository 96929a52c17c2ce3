//! One thread, non-blocking. The kernel takes a part of a chunk, and the program goes on with the next one:
//! it counts what it offered, not what was taken.
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
        // BUG: the number that `write` returns says how much it took.
        Ok(_) => Ok(chunk.len()),
        Err(why) if why.kind() == ErrorKind::WouldBlock => Ok(0),
        Err(why) => Err(why).explain("cannot send"),
    }
}
