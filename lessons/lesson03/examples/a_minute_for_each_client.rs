//! Without `--time-limit`, a client has a minute and not ten seconds.
//!
//! Instead of: exercise03
//! Fails: gives_a_client_ten_seconds

mod shared;

use std::net::{SocketAddr, TcpStream};
use std::process::ExitCode;
use std::time::Duration;

use common::{Failure, exit};
use shared::{RIGHT, Server, run_for_good};

fn main() -> ExitCode {
    let server = Server { converse, ..RIGHT };
    exit(run_for_good("A server that waits for a minute", &server))
}

fn converse(
    connection: TcpStream,
    client: SocketAddr,
    limit: Duration,
) -> Result<(), Failure> {
    // ANCHOR: bug
    let is_given = std::env::args().any(|it| it == "--time-limit");
    let limit = if is_given { limit } else { Duration::from_secs(60) };
    // ANCHOR_END: bug
    lesson02::serve(&connection, client, limit)
}
