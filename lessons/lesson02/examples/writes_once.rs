//! The reply is written with one call, whose count is thrown away.
//!
//! `write` takes as much as there's room for. Where it doesn't wait for room, the rest is
//! missing.
//!
//! Instead of: exercise02
//! Fails: answers_a_slow_reader, gives_up_on_a_client_that_never_reads

mod shared;

use common::exit;
use shared::{RIGHT, Server, run_for_good};
use std::io::{self, Write};
use std::net::TcpStream;
use std::process::ExitCode;
use std::time::Duration;

fn main() -> ExitCode {
    let server = Server { write, ..RIGHT };
    exit(run_for_good("A server that writes once", server))
}

fn write(mut connection: &TcpStream, _left: Duration, reply: &[u8]) -> io::Result<()> {
    // ANCHOR: bug
    connection.set_nonblocking(true)?;
    let _ = connection.write(reply)?;
    // ANCHOR_END: bug
    Ok(())
}
