//! Each client has a thread, and each read a timeout (C11).
//!
//! Other clients don't wait for a slow sender. But the server never gets rid of it.
//!
//! Instead of: exercise02
//! Fails: gives_up_on_a_slow_sender, ends_a_silent_client_in_time

mod shared;

use common::exit;
use shared::{MAX_REQUEST, RIGHT, Server, run_for_good};
use std::io::{self, Read};
use std::net::TcpStream;
use std::process::ExitCode;
use std::time::Duration;

fn main() -> ExitCode {
    let server = Server { with_threads: true, read, ..RIGHT };
    exit(run_for_good("A server with threads", server))
}

fn read(mut connection: &TcpStream, limit: Duration) -> io::Result<Vec<u8>> {
    // ANCHOR: bug
    connection.set_read_timeout(Some(limit))?;
    // ANCHOR_END: bug
    let mut request = Vec::new();
    connection.by_ref().take(MAX_REQUEST as u64 + 1).read_to_end(&mut request)?;
    Ok(request)
}
