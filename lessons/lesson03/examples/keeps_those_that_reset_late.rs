//! A client that resets when it has its reply keeps its descriptor.
//!
//! Those that break off earlier are closed, and so are those that end well.
//!
//! Instead of: exercise03
//! Fails: serves_a_hundred_clients
//! Judged only on Linux. Elsewhere, descriptors aren't counted.

mod shared;

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::process::ExitCode;
use std::time::Duration;

use common::{Explain, Failure, Limited, REPLY, exit, timed_out};
use shared::{RIGHT, Server, run_for_good};

fn main() -> ExitCode {
    let server = Server { converse, ..RIGHT };
    exit(run_for_good("A server that keeps connections", &server))
}

fn converse(
    connection: TcpStream,
    client: SocketAddr,
    limit: Duration,
) -> Result<(), Failure> {
    let cannot = format!("cannot serve {client}");
    let mut conversation = Limited::new(&connection, limit);
    let mut chunk = [0; 1024];
    if conversation.read(&mut chunk).explain(&cannot)? == 0 {
        return Err(Failure::new(cannot, "it sent nothing"));
    }
    conversation.write_all(REPLY.as_bytes()).explain(&cannot)?;
    let _ = connection.shutdown(Shutdown::Write);
    loop {
        match conversation.read(&mut chunk) {
            Ok(0) => return Ok(()),
            Ok(_) => {}
            // ANCHOR: bug
            Err(why) if !timed_out(&why) => {
                std::mem::forget(connection.try_clone());
                return Err(Failure::new(cannot, why));
            }
            // ANCHOR_END: bug
            Err(why) => return Err(Failure::new(cannot, why)),
        }
    }
}
