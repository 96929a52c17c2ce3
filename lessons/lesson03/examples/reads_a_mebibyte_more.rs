//! After its reply, the server reads a mebibyte at most.
//!
//! A client that sends more gets a reset, since its connection is closed with unread input.
//!
//! Instead of: exercise03
//! Fails: reads_to_the_clients_end

mod shared;

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::process::ExitCode;
use std::time::Duration;

use common::{Explain, Failure, Limited, REPLY, exit};
use shared::{RIGHT, Server, run_for_good};

fn main() -> ExitCode {
    let server = Server { converse, ..RIGHT };
    exit(run_for_good("A server that doesn't read to the end", &server))
}

fn converse(
    connection: TcpStream,
    client: SocketAddr,
    limit: Duration,
) -> Result<(), Failure> {
    let cannot = format!("cannot serve {client}");
    let mut conversation = Limited::new(&connection, limit);
    if conversation.read(&mut [0; 1024]).explain(&cannot)? == 0 {
        return Err(Failure::new(cannot, "it sent nothing"));
    }
    conversation.write_all(REPLY.as_bytes()).explain(&cannot)?;
    let _ = connection.shutdown(Shutdown::Write);
    // ANCHOR: bug
    conversation.take(1 << 20).read_to_end(&mut Vec::new()).explain(&cannot)?;
    // ANCHOR_END: bug
    Ok(())
}
