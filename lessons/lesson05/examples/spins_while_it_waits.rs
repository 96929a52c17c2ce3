//! One thread, non-blocking. When nothing can be written or read, it asks again at once, for as long as the
//! server takes: one processor does nothing else.
//!
//! Instead of: exercise05
//! Fails: rests_while_it_waits

mod one_thread;

use std::io::{ErrorKind, Write};
use std::net::TcpStream;
use std::process::ExitCode;

use common::{Explain, Failure, exit};

fn main() -> ExitCode {
    // BUG: no pause, and no call that waits until the connection is ready.
    exit(one_thread::run("Exercise 5: ask again and again", offer, None))
}

fn offer(connection: &mut TcpStream, chunk: &[u8]) -> Result<usize, Failure> {
    match connection.write(chunk) {
        Ok(taken) => Ok(taken),
        Err(why) if why.kind() == ErrorKind::WouldBlock => Ok(0),
        Err(why) => Err(why).explain("cannot send"),
    }
}
