//! A client that hadn't read its reply when its time was over keeps its descriptor.
//!
//! The connection is shut down, which the client sees, and never closed, which only this
//! machine sees: it has one descriptor less.
//!
//! Instead of: exercise02
//! Fails: serves_a_hundred_clients, ends_a_silent_client_in_time
//! Judged only on Linux. Elsewhere, descriptors aren't counted.

mod shared;

use std::io::{self, Write};
use std::net::{Shutdown, TcpStream};
use std::process::ExitCode;
use std::time::Duration;

use common::{Limited, exit};
use shared::{RIGHT, Server, run_for_good};

fn main() -> ExitCode {
    exit(run_for_good("A server that keeps connections", Server { write, ..RIGHT }))
}

fn write(connection: &TcpStream, left: Duration, reply: &[u8]) -> io::Result<()> {
    let written = Limited::new(connection, left).write_all(reply);
    // ANCHOR: bug
    if written.is_err() {
        let _ = connection.shutdown(Shutdown::Both);
        std::mem::forget(connection.try_clone());
    }
    // ANCHOR_END: bug
    written
}
