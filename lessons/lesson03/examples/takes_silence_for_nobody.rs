//! A server that doesn't answer at once is taken for none.
//!
//! Its queue is full, so its kernel doesn't answer. It's there, and holds the port.
//!
//! Instead of: exercise03
//! Fails: knows_a_busy_server

mod shared;

use std::io;
use std::net::{SocketAddr, TcpStream};
use std::process::ExitCode;
use std::time::Duration;

use common::{Failure, exit};
use shared::{RIGHT, Server, run_for_good};

fn main() -> ExitCode {
    let server = Server { cannot_listen, ..RIGHT };
    exit(run_for_good("A server that takes silence for a port without a server", &server))
}

fn cannot_listen(address: SocketAddr, error: io::Error) -> Failure {
    if !common::is_taken(&error) {
        return common::cannot_listen(address)(error);
    }
    // ANCHOR: bug
    let answer = TcpStream::connect_timeout(&address, Duration::from_millis(100));
    let holder =
        if answer.is_ok() { "a server listens there" } else { "no server listens there" };
    // ANCHOR_END: bug
    Failure::new(format!("cannot listen on {address}"), format!("{error}: {holder}"))
}
