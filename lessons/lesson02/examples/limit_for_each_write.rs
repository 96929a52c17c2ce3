//! The time limit is set once, and holds for each `write`.
//!
//! A client that reads a little now and then lets each of them get on, and holds the server
//! for as long as it likes.
//!
//! Instead of: exercise02
//! Fails: gives_up_on_a_client_that_never_reads

mod shared;

use common::exit;
use shared::{RIGHT, Server, run_for_good};
use std::io::{self, Write};
use std::net::TcpStream;
use std::process::ExitCode;
use std::time::Duration;

fn main() -> ExitCode {
    exit(run_for_good("A server with a limit for each write", Server { write, ..RIGHT }))
}

fn write(mut connection: &TcpStream, left: Duration, reply: &[u8]) -> io::Result<()> {
    // ANCHOR: bug
    connection.set_write_timeout(Some(left))?;
    connection.write_all(reply)
    // ANCHOR_END: bug
}
