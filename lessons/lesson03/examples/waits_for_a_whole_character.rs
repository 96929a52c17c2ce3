//! The server waits with its reply until a whole character has come.
//!
//! A client may say one byte and wait. Whatever it is, something has come from it.
//!
//! Instead of: exercise03
//! Fails: serves_one_after_another
//! Judged only on these.

mod shared;

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::process::ExitCode;
use std::time::Duration;

use common::{Explain, Failure, Limited, REPLY, exit};
use shared::{RIGHT, Server, run_for_good};

fn main() -> ExitCode {
    let server = Server { converse, ..RIGHT };
    exit(run_for_good("A server that waits for a character", &server))
}

fn converse(
    connection: TcpStream,
    client: SocketAddr,
    limit: Duration,
) -> Result<(), Failure> {
    let cannot = format!("cannot serve {client}");
    let mut conversation = Limited::new(&connection, limit);
    let mut chunk = [0; 1024];
    // ANCHOR: bug
    let mut first = Vec::new();
    let is_cut =
        |bytes: &[u8]| str::from_utf8(bytes).is_err_and(|why| why.error_len().is_none());
    while first.is_empty() || is_cut(&first) {
        let count = conversation.read(&mut chunk).explain(&cannot)?;
        if count == 0 {
            return Err(Failure::new(cannot, "its text ends too early"));
        }
        first.extend_from_slice(&chunk[..count]);
    }
    // ANCHOR_END: bug
    conversation.write_all(REPLY.as_bytes()).explain(&cannot)?;
    let _ = connection.shutdown(Shutdown::Write);
    while conversation.read(&mut chunk).explain(&cannot)? > 0 {}
    Ok(())
}
