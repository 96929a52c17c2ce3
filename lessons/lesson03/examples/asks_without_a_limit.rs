//! The question whether a server listens has no time limit.
//!
//! A server whose queue is full doesn't answer. `connect` tries for two minutes.
//!
//! Instead of: exercise03
//! Fails: never_listens_twice, knows_a_busy_server

mod shared;

use std::io::{self, ErrorKind};
use std::net::{SocketAddr, TcpStream};
use std::process::ExitCode;

use common::{Failure, exit};
use shared::{RIGHT, Server, run_for_good};

fn main() -> ExitCode {
    let server = Server { cannot_listen, ..RIGHT };
    exit(run_for_good("A server that waits for an answer", &server))
}

fn cannot_listen(address: SocketAddr, error: io::Error) -> Failure {
    if !common::is_taken(&error) {
        return common::cannot_listen(address)(error);
    }
    // ANCHOR: bug
    let holder = match TcpStream::connect(address) {
        Err(why) if why.kind() == ErrorKind::ConnectionRefused => {
            "no server listens there"
        }
        _ => "a server listens there",
    };
    // ANCHOR_END: bug
    Failure::new(format!("cannot listen on {address}"), format!("{error}: {holder}"))
}
