//! The kernel's list of IPv4's sockets is searched for a listener.
//!
//! On Linux, a listener on `[::]` has IPv4's addresses as well, and is in IPv6's list.
//!
//! Instead of: exercise03
//! Fails: knows_a_live_server
//! Judged only on these.

mod shared;

use std::io;
use std::net::{SocketAddr, TcpStream};
use std::process::ExitCode;
use std::time::Duration;

use common::{Failure, exit};
use shared::{RIGHT, Server, run_for_good};

fn main() -> ExitCode {
    let server = Server { cannot_listen, ..RIGHT };
    exit(run_for_good("A server that looks at one family", &server))
}

fn cannot_listen(address: SocketAddr, error: io::Error) -> Failure {
    if !common::is_taken(&error) {
        return common::cannot_listen(address)(error);
    }
    // ANCHOR: bug
    let found = if address.is_ipv4() {
        let wanted = format!(":{:04X}", address.port());
        let list = std::fs::read_to_string("/proc/net/tcp").unwrap_or_default();
        // The state 0A is LISTEN.
        let mut rows = list.lines().map(|row| row.split_whitespace().collect::<Vec<_>>());
        rows.any(|row| row[1].ends_with(&wanted) && row[3] == "0A")
    } else {
        TcpStream::connect_timeout(&address, Duration::from_secs(1)).is_ok()
    };
    // ANCHOR_END: bug
    let holder = if found { "a server listens there" } else { "no server listens there" };
    Failure::new(format!("cannot listen on {address}"), format!("{error}: {holder}"))
}
