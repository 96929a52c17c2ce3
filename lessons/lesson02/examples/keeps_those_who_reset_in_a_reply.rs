//! A client that resets in the middle of its reply keeps its descriptor.
//!
//! Its connection is put aside for a log that's never written. Those whose time is over, and
//! those that reset in their requests, are closed.
//!
//! Instead of: exercise02
//! Fails: serves_a_hundred_clients
//! Judged only on Linux. Elsewhere, descriptors aren't counted.

mod shared;

use std::io::{self, Write};
use std::net::TcpStream;
use std::process::ExitCode;
use std::time::Duration;

use common::{Limited, exit, timed_out};
use shared::{RIGHT, Server, run_for_good};

fn main() -> ExitCode {
    exit(run_for_good("A server that keeps connections", Server { write, ..RIGHT }))
}

fn write(connection: &TcpStream, left: Duration, reply: &[u8]) -> io::Result<()> {
    let written = Limited::new(connection, left).write_all(reply);
    // ANCHOR: bug
    if written.as_ref().is_err_and(|why| !timed_out(why)) {
        std::mem::forget(connection.try_clone());
    }
    // ANCHOR_END: bug
    written
}
