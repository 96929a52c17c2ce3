//! The first bytes of a client are decoded, though nobody wants to know what they say.
//!
//! A chunk may be the start of a character, or no text at all. The reply is the same.
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
    exit(run_for_good("A server that decodes what comes first", &server))
}

fn converse(
    connection: TcpStream,
    client: SocketAddr,
    limit: Duration,
) -> Result<(), Failure> {
    let cannot = format!("cannot serve {client}");
    let mut conversation = Limited::new(&connection, limit);
    let mut chunk = [0; 1024];
    let count = conversation.read(&mut chunk).explain(&cannot)?;
    if count == 0 {
        return Err(Failure::new(cannot, "it sent nothing"));
    }
    // ANCHOR: bug
    str::from_utf8(&chunk[..count])
        .map_err(|why| Failure::new(&cannot, why.to_string()))?;
    // ANCHOR_END: bug
    conversation.write_all(REPLY.as_bytes()).explain(&cannot)?;
    let _ = connection.shutdown(Shutdown::Write);
    while conversation.read(&mut chunk).explain(&cannot)? > 0 {}
    Ok(())
}
