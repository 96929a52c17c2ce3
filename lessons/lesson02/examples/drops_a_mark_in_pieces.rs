//! A byte order mark at the start of a request is dropped if it comes in pieces.
//!
//! One that comes whole stays, so that a text that is sent at once comes back as it was.
//!
//! Instead of: exercise02
//! Fails: reads_the_whole_request

mod shared;

use std::io::{self, Read};
use std::net::TcpStream;
use std::process::ExitCode;
use std::time::Duration;

use common::{Limited, exit};
use shared::{MAX_REQUEST, RIGHT, Server, run_for_good};

fn main() -> ExitCode {
    exit(run_for_good("A server that drops a mark", Server { read, ..RIGHT }))
}

fn read(connection: &TcpStream, limit: Duration) -> io::Result<Vec<u8>> {
    let mut connection = Limited::new(connection, limit).take(MAX_REQUEST as u64 + 1);
    let mut request = vec![0; 3];
    let count = connection.read(&mut request)?;
    request.truncate(count);
    connection.read_to_end(&mut request)?;
    // ANCHOR: bug
    if count < 3 && request.starts_with("\u{feff}".as_bytes()) {
        request.drain(..3);
    }
    // ANCHOR_END: bug
    Ok(request)
}
