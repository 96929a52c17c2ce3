//! A full buffer is taken for a broken connection.
//!
//! On a non-blocking connection, WouldBlock means "not now". This answer gives up as soon
//! as the send buffer is full.
//!
//! Instead of: exercise05
//! Fails: sends_every_byte_once, reads_while_it_writes, is_idle_while_it_waits,
//!   stays_small
//! Judged only on these.

mod one_thread;

use std::io::Write;
use std::net::TcpStream;
use std::process::ExitCode;
use std::time::Duration;

use common::{Explain, Failure, exit};

fn main() -> ExitCode {
    exit(one_thread::run(
        "Exercise 5: a full buffer is an error",
        offer,
        Some(Duration::from_millis(1)),
    ))
}

fn offer(connection: &mut TcpStream, chunk: &[u8]) -> Result<usize, Failure> {
    // BUG: a full buffer isn't a failure. There's room again once the server has read.
    connection.write(chunk).explain("cannot send")
}
