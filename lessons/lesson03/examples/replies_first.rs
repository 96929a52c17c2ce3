//! The server replies before something has come.
//!
//! A client that is silent for a while has a reply to nothing.
//!
//! Instead of: exercise03
//! Fails: serves_one_after_another, ends_a_silent_client_in_time, keeps_to_its_queue,
//!   has_room_for_128_clients, gives_a_client_time, restarts_after_closing_first

mod shared;

use std::io::{self, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::process::ExitCode;
use std::time::Duration;

use common::{Explain, Failure, Limited, REPLY, exit};
use shared::{RIGHT, Server, run_for_good};

fn main() -> ExitCode {
    // ANCHOR: bug
    let server = Server { converse, ..RIGHT };
    // ANCHOR_END: bug
    exit(run_for_good("A server that replies first", &server))
}

fn converse(
    mut connection: TcpStream,
    client: SocketAddr,
    limit: Duration,
) -> Result<(), Failure> {
    connection.write_all(REPLY.as_bytes()).explain("cannot reply")?;
    connection.shutdown(Shutdown::Write).explain("cannot end the reply")?;
    let mut rest = Limited::new(&connection, limit);
    io::copy(&mut rest, &mut io::sink()).explain(format!("lost {client}"))?;
    Ok(())
}
