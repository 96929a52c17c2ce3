//! The server closes as soon as it has replied (S17).
//!
//! What the client has sent beyond the first read is unread, and what it still sends comes
//! to a connection that's gone. Either means a reset, which can destroy the reply.
//!
//! Instead of: exercise03
//! Fails: reads_to_the_clients_end, serves_a_hundred_clients, keeps_to_its_queue,
//!   has_room_for_128_clients
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
    exit(run_for_good("A server that closes after its reply", &server))
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
    // ANCHOR: bug
    conversation.write_all(REPLY.as_bytes()).explain(&cannot)?;
    connection.shutdown(Shutdown::Both).explain(cannot)
    // ANCHOR_END: bug
}
