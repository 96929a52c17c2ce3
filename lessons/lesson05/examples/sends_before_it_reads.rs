//! The whole message is written before any of the echo is read.
//!
//! The server must put the echo somewhere. When the buffers in both directions are full,
//! client and server wait for each other. `send` and `receive` are the solution's.
//!
//! Instead of: exercise05
//! Fails: reads_while_it_writes, says_so_at_once, stays_small

#[path = "../solution.rs"]
#[expect(dead_code, reason = "`main` and `run` are this file's own")]
mod solution;

use std::net::{Shutdown, TcpStream};
use std::process::ExitCode;
use std::time::Instant;

use common::{Explain, Failure, Limited, cannot_connect, exit, say};
use lesson05::echo_arguments;
use solution::{receive, send};

fn main() -> ExitCode {
    exit(run())
}

fn run() -> Result<(), Failure> {
    let (arguments, length) = echo_arguments("Exercise 5: write, then read");
    let (server, start) = (arguments.address, Instant::now());
    let connection = TcpStream::connect_timeout(&server, arguments.time_limit)
        .map_err(cannot_connect(server))?;
    let limit = arguments.time_limit.saturating_sub(start.elapsed());

    // BUG: while this waits for room in the buffer, the client reads nothing.
    send(&mut Limited::new(&connection, limit), length)?;
    connection.shutdown(Shutdown::Write).explain("cannot end the message")?;
    let limit = arguments.time_limit.saturating_sub(start.elapsed());
    receive(&mut Limited::new(&connection, limit), length)?;
    say!("echoed {length} bytes, each in its place")
}
