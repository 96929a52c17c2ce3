//! After a partial write, the chunk is sent again from its beginning.
//!
//! The connection is non-blocking, so the kernel may take only a part of a chunk. The
//! server then gets that part twice, and has no way to tell.
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
        "Exercise 5: offer a chunk again",
        offer,
        Some(Duration::from_millis(1)),
    ))
}

fn offer(connection: &mut TcpStream, chunk: &[u8]) -> Result<usize, Failure> {
    match connection.write(chunk) {
        Ok(taken) if taken == chunk.len() => Ok(taken),
        // BUG: the kernel sends what it took. Only the rest must be written again.
        Ok(_) => Ok(0),
        Err(why) if why.kind() == ErrorKind::WouldBlock => Ok(0),
        Err(why) => Err(why).explain("cannot send"),
    }
}
