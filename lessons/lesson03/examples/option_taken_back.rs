//! A connection whose time is over is closed without SO_REUSEADDR.
//!
//! It has the option from its listener. Without it, its TIME_WAIT keeps the port from the next
//! run, even if that one sets the option.
//!
//! Instead of: exercise03
//! Fails: restarts_after_closing_first
//! Judged only on Linux. Other systems don't look at what is left.

mod shared;

use std::net::{SocketAddr, TcpStream};
use std::process::ExitCode;
use std::time::Duration;

use common::{Explain, Failure, exit};
use shared::{RIGHT, Server, run_for_good};
use socket2::SockRef;

fn main() -> ExitCode {
    let server = Server { converse, ..RIGHT };
    exit(run_for_good("A server that takes the option back", &server))
}

fn converse(
    connection: TcpStream,
    client: SocketAddr,
    limit: Duration,
) -> Result<(), Failure> {
    let served = lesson02::serve(&connection, client, limit);
    // ANCHOR: bug
    if served.is_err() {
        let option = SockRef::from(&connection).set_reuse_address(false);
        option.explain("cannot set an option")?;
    }
    // ANCHOR_END: bug
    served
}
