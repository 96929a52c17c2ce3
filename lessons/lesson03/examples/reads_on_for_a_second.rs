//! After the reply, the server reads on for a second only.
//!
//! The client has time left. What it sends after that comes to a connection that's gone.
//!
//! Instead of: exercise03
//! Fails: gives_a_client_time
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
    exit(run_for_good("A server that reads on for a second", &server))
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
    conversation.write_all(REPLY.as_bytes()).explain(&cannot)?;
    let _ = connection.shutdown(Shutdown::Write);
    // ANCHOR: bug
    let mut conversation = Limited::new(&connection, limit.min(Duration::from_secs(1)));
    // ANCHOR_END: bug
    while conversation.read(&mut chunk).explain(&cannot)? > 0 {}
    Ok(())
}
