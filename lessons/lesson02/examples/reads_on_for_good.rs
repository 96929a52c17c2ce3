//! A request that's too long is read to its end, though nothing of it is kept.
//!
//! A client that doesn't stop sending holds the server until its limit is over.
//!
//! Instead of: exercise02
//! Fails: refuses_a_request_that_is_too_long

mod shared;

use common::{Limited, exit};
use shared::{MAX_REQUEST, RIGHT, Server, run_for_good};
use std::io::{self, Read};
use std::net::TcpStream;
use std::process::ExitCode;
use std::time::Duration;

fn main() -> ExitCode {
    let server = Server { read, ..RIGHT };
    exit(run_for_good("A server that reads on", server))
}

fn read(connection: &TcpStream, limit: Duration) -> io::Result<Vec<u8>> {
    let mut conversation = Limited::new(connection, limit);
    let mut request = Vec::new();
    (&mut conversation).take(MAX_REQUEST as u64 + 1).read_to_end(&mut request)?;
    // ANCHOR: bug
    io::copy(&mut conversation, &mut io::sink())?;
    // ANCHOR_END: bug
    Ok(request)
}
