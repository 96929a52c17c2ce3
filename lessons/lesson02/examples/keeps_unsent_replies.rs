//! A reply that couldn't be sent is kept, in case its client comes back.
//!
//! A client may reset in the middle of a reply of a megabyte, as often as it likes.
//!
//! Instead of: exercise02
//! Fails: serves_a_hundred_clients
//! Judged only on these.

mod shared;

use std::io::{self, Write};
use std::net::TcpStream;
use std::process::ExitCode;
use std::sync::Mutex;
use std::time::Duration;

use common::{Limited, exit};
use shared::{RIGHT, Server, run_for_good};

static UNSENT: Mutex<Vec<Vec<u8>>> = Mutex::new(Vec::new());

fn main() -> ExitCode {
    exit(run_for_good("A server that keeps replies", Server { write, ..RIGHT }))
}

fn write(connection: &TcpStream, left: Duration, reply: &[u8]) -> io::Result<()> {
    let written = Limited::new(connection, left).write_all(reply);
    // ANCHOR: bug
    if let (Err(_), Ok(mut unsent)) = (&written, UNSENT.lock()) {
        unsent.push(reply.to_vec());
    }
    // ANCHOR_END: bug
    written
}
