//! Each read has a timeout, but the conversation has no deadline (C11).
//!
//! A client that sends a byte now and then holds the server forever, because each byte
//! starts the timeout anew.
//!
//! Instead of: exercise03
//! Fails: gives_up_on_a_slow_sender, ends_a_silent_client_in_time

mod shared;

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::process::ExitCode;
use std::time::Duration;

use common::{Explain, Failure, REPLY, exit};
use shared::{RIGHT, Server, run_for_good};

fn main() -> ExitCode {
    let server = Server { converse, ..RIGHT };
    exit(run_for_good("A server with a limit for each read", &server))
}

fn converse(
    mut connection: TcpStream,
    client: SocketAddr,
    limit: Duration,
) -> Result<(), Failure> {
    let cannot = format!("cannot serve {client}");
    // ANCHOR: bug
    connection.set_read_timeout(Some(limit)).explain(&cannot)?;
    // ANCHOR_END: bug
    if connection.read(&mut [0; 1024]).explain(&cannot)? == 0 {
        return Err(Failure::new(cannot, "it sent nothing"));
    }
    connection.write_all(REPLY.as_bytes()).explain(&cannot)?;
    let _ = connection.shutdown(Shutdown::Write);
    let mut buffer = [0; 1024];
    while connection.read(&mut buffer).explain(&cannot)? > 0 {}
    Ok(())
}
