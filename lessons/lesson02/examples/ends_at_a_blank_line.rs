//! A piece that ends in an empty line ends the request, as HTTP's head does.
//!
//! A text may have an empty line, and any byte may be the last of a piece.
//!
//! Instead of: exercise02
//! Fails: reads_the_whole_request

mod shared;

use common::{Limited, exit};
use shared::{MAX_REQUEST, RIGHT, Server, run_for_good};
use std::io::{self, Read};
use std::net::TcpStream;
use std::process::ExitCode;
use std::time::Duration;

fn main() -> ExitCode {
    // ANCHOR: bug
    let server = Server { read, ..RIGHT };
    // ANCHOR_END: bug
    exit(run_for_good("A server that ends a request at a blank line", server))
}

fn read(connection: &TcpStream, limit: Duration) -> io::Result<Vec<u8>> {
    let (mut request, mut chunk) = (Vec::new(), [0; 64 << 10]);
    let mut conversation = Limited::new(connection, limit);
    // ANCHOR: bug
    while request.len() <= MAX_REQUEST && !request.ends_with(b"\n\n") {
        // ANCHOR_END: bug
        match conversation.read(&mut chunk)? {
            0 => break,
            count => request.extend_from_slice(&chunk[..count]),
        }
    }
    Ok(request)
}
