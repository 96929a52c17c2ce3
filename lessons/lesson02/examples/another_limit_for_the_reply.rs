//! The reply has a time limit of its own.
//!
//! A client that sends slowly and then doesn't read holds the server twice as long.
//!
//! Instead of: exercise02
//! Fails: gives_up_on_a_client_that_never_reads

mod shared;

use common::{Limited, exit};
use shared::{RIGHT, Server, run_for_good};
use std::cell::Cell;
use std::io::{self, Write};
use std::net::TcpStream;
use std::process::ExitCode;
use std::time::Duration;

fn main() -> ExitCode {
    let server = Server { read, write, ..RIGHT };
    exit(run_for_good("A server with two limits", server))
}

thread_local! {
    static LIMIT: Cell<Duration> = const { Cell::new(Duration::ZERO) };
}

fn read(connection: &TcpStream, limit: Duration) -> io::Result<Vec<u8>> {
    LIMIT.set(limit);
    shared::read(connection, limit)
}

fn write(connection: &TcpStream, _left: Duration, reply: &[u8]) -> io::Result<()> {
    // ANCHOR: bug
    Limited::new(connection, LIMIT.get()).write_all(reply)
    // ANCHOR_END: bug
}
