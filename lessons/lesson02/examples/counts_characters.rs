//! The longest request is counted in characters.
//!
//! A character may be four bytes, so a request may be four times too long.
//!
//! Instead of: exercise02
//! Fails: refuses_a_request_that_is_too_long, refuses_on_ipv6

mod shared;

use common::{Limited, exit};
use shared::{RIGHT, Server, run_for_good};
use std::io::{self, Read};
use std::net::TcpStream;
use std::process::ExitCode;
use std::time::Duration;

fn main() -> ExitCode {
    // ANCHOR: bug
    let server = Server { read, is_too_long, ..RIGHT };
    // ANCHOR_END: bug
    exit(run_for_good("A server that counts characters", server))
}

fn read(connection: &TcpStream, limit: Duration) -> io::Result<Vec<u8>> {
    let mut request = Vec::new();
    Limited::new(connection, limit)
        .take(4 * MAX_REQUEST + 1)
        .read_to_end(&mut request)?;
    Ok(request)
}

fn is_too_long(request: &[u8]) -> bool {
    String::from_utf8_lossy(request).chars().count() as u64 > MAX_REQUEST
}

const MAX_REQUEST: u64 = 1 << 20;
