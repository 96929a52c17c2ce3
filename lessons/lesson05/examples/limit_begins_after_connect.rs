//! The limit begins when the client is connected.
//!
//! A server that takes its time to answer `connect` has the whole limit once more.
//!
//! Instead of: exercise05
//! Fails: gives_up_connecting
//! Judged only on these.

mod client;

use std::net::TcpStream;
use std::process::ExitCode;

use common::{Failure, cannot_connect, exit};
use lesson05::echo_arguments;

fn main() -> ExitCode {
    exit(run())
}

fn run() -> Result<(), Failure> {
    let (arguments, length) = echo_arguments("Exercise 5: a limit that begins late");
    let (server, limit) = (arguments.address, arguments.time_limit);
    // BUG: `converse` has the whole limit for itself.
    let connection =
        TcpStream::connect_timeout(&server, limit).map_err(cannot_connect(server))?;
    client::converse(&connection, limit, length)
}
