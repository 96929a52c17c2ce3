//! In IPv6, a server that doesn't answer at once is taken for none.
//!
//! Instead of: exercise03
//! Fails: knows_a_busy_server

mod shared;

use std::io;
use std::net::{SocketAddr, TcpStream};
use std::process::ExitCode;
use std::time::Duration;

use common::{Failure, exit};
use shared::{RIGHT, Server, holder, run_for_good};

fn main() -> ExitCode {
    let server = Server { cannot_listen, ..RIGHT };
    exit(run_for_good("A server that takes silence in IPv6 for a free port", &server))
}

fn cannot_listen(address: SocketAddr, error: io::Error) -> Failure {
    if !common::is_taken(&error) {
        return common::cannot_listen(address)(error);
    }
    // ANCHOR: bug
    let holder = if address.is_ipv4() {
        holder(address)
    } else if TcpStream::connect_timeout(&address, Duration::from_millis(300)).is_ok() {
        "a server listens there"
    } else {
        "no server listens there"
    };
    // ANCHOR_END: bug
    Failure::new(format!("cannot listen on {address}"), format!("{error}: {holder}"))
}
