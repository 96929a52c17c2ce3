//! The kernel's list is searched for a listener with this port, whatever its address.
//!
//! Each address of a machine has ports of its own.
//!
//! Instead of: exercise03
//! Fails: knows_a_port_that_is_only_bound
//! Judged only on these.

mod shared;

use std::io;
use std::net::SocketAddr;
use std::process::ExitCode;

use common::{Failure, exit};
use shared::{RIGHT, Server, run_for_good};

fn main() -> ExitCode {
    let server = Server { cannot_listen, ..RIGHT };
    exit(run_for_good("A server that looks for the port only", &server))
}

fn cannot_listen(address: SocketAddr, error: io::Error) -> Failure {
    if !common::is_taken(&error) {
        return common::cannot_listen(address)(error);
    }
    // ANCHOR: bug
    let wanted = format!(":{:04X}", address.port());
    let list = std::fs::read_to_string("/proc/net/tcp").unwrap_or_default();
    // The state 0A is LISTEN.
    let mut rows = list.lines().map(|row| row.split_whitespace().collect::<Vec<_>>());
    let found = rows.any(|row| row[1].ends_with(&wanted) && row[3] == "0A");
    // ANCHOR_END: bug
    let holder = if found { "a server listens there" } else { "no server listens there" };
    Failure::new(format!("cannot listen on {address}"), format!("{error}: {holder}"))
}
