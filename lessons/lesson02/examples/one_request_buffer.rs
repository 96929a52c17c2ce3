//! Each client has a thread, and all threads have one buffer.
//!
//! The requests of two clients that send at the same time are mixed.
//!
//! Instead of: exercise02
//! Fails: serves_the_next_client
//! Judged only on these.

mod shared;

use common::{Limited, exit};
use shared::{MAX_REQUEST, RIGHT, Server, run_for_good};
use std::io::{self, Read};
use std::net::TcpStream;
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

fn main() -> ExitCode {
    let server = Server { with_threads: true, read, ..RIGHT };
    exit(run_for_good("A server with one buffer", server))
}

static BUFFER: Mutex<Vec<u8>> = Mutex::new(Vec::new());

fn read(connection: &TcpStream, limit: Duration) -> io::Result<Vec<u8>> {
    let mut conversation = Limited::new(connection, limit);
    let mut chunk = [0; 4096];
    loop {
        let count = conversation.read(&mut chunk)?;
        // ANCHOR: bug
        let mut buffer = BUFFER.lock().unwrap_or_else(PoisonError::into_inner);
        if count == 0 || buffer.len() > MAX_REQUEST {
            return Ok(std::mem::take(&mut *buffer));
        }
        buffer.extend_from_slice(&chunk[..count]);
        // ANCHOR_END: bug
    }
}
