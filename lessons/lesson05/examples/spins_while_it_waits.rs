//! The program asks again and again until the connection is ready.
//!
//! When the non-blocking connection can't be written or read, it tries again right away.
//! This keeps one processor fully busy while the server takes its time.
//!
//! Instead of: exercise05
//! Fails: is_idle_while_it_waits, is_idle_before_the_echo

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
