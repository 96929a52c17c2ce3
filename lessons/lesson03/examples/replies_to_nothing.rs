//! A client that finishes sending without a byte gets a reply as well.
//!
//! Its stream has ended, and nothing has come from it.
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
    exit(run_for_good("A server that replies to nothing", &server))
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
    conversation.read(&mut chunk).explain(&cannot)?;
    // ANCHOR_END: bug
    conversation.write_all(REPLY.as_bytes()).explain(&cannot)?;
    let _ = connection.shutdown(Shutdown::Write);
    while conversation.read(&mut chunk).explain(&cannot)? > 0 {}
    Ok(())
}
