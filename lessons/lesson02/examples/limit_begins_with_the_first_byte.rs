//! The time limit is counted again when the first byte has come.
//!
//! A client that says its first word late holds the server for nearly twice its time.
//!
//! Instead of: exercise02
//! Fails: ends_a_silent_client_in_time
//! Judged only on these.

mod shared;

use common::{Limited, exit};
use shared::{RIGHT, Server, run_for_good};
use std::io::{self, Read};
use std::net::TcpStream;
use std::process::ExitCode;
use std::time::Duration;

fn main() -> ExitCode {
    // ANCHOR: bug
    let server = Server { read, ..RIGHT };
    // ANCHOR_END: bug
    exit(run_for_good("A server whose limit begins with the first byte", server))
}

fn read(connection: &TcpStream, limit: Duration) -> io::Result<Vec<u8>> {
    // ANCHOR: bug
    let mut first = [0];
    let count = Limited::new(connection, limit).read(&mut first)?;
    let rest = shared::read(connection, limit)?;
    // ANCHOR_END: bug
    Ok([&first[..count], &rest].concat())
}
