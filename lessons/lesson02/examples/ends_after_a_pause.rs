//! A client that's silent for two seconds is taken to have finished.
//!
//! TCP keeps no time: the rest may be on its way, or not yet written.
//!
//! Instead of: exercise02
//! Fails: gives_a_client_time
//! Judged only on these.

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
    exit(run_for_good("A server that ends a request after a pause", server))
}

fn read(connection: &TcpStream, limit: Duration) -> io::Result<Vec<u8>> {
    // The first byte may come late.
    let mut request = vec![0];
    let count = Limited::new(connection, limit).read(&mut request)?;
    request.truncate(count);
    let mut chunk = [0; 64 << 10];
    while count > 0 && request.len() <= MAX_REQUEST {
        // ANCHOR: bug
        let pause = Duration::from_secs(2).min(limit);
        match Limited::new(connection, pause).read(&mut chunk) {
            Ok(0) => break,
            Err(why) if common::timed_out(&why) => break,
            Ok(count) => request.extend_from_slice(&chunk[..count]),
            Err(why) => return Err(why),
        }
        // ANCHOR_END: bug
    }
    Ok(request)
}
