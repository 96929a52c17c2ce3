//! The kernel's list is searched for a listener at this very address.
//!
//! One that listens at all addresses (0.0.0.0) has clients at this one, too.
//!
//! Instead of: exercise03
//! Fails: knows_a_live_server
//! Judged only on these.

mod shared;

use std::io;
use std::net::SocketAddr;
use std::process::ExitCode;

use common::{Failure, exit};
use shared::{RIGHT, Server, run_for_good};

fn main() -> ExitCode {
    let server = Server { cannot_listen, ..RIGHT };
    exit(run_for_good("A server that looks for that very address", &server))
}

fn cannot_listen(address: SocketAddr, error: io::Error) -> Failure {
    if !common::is_taken(&error) {
        return common::cannot_listen(address)(error);
    }
    // ANCHOR: bug
    let SocketAddr::V4(v4) = address else {
        return shared::cannot_listen(address, error);
    };
    let ip = u32::from_le_bytes(v4.ip().octets());
    let wanted = format!("{ip:08X}:{:04X}", address.port());
    let list = std::fs::read_to_string("/proc/net/tcp").unwrap_or_default();
    // The state 0A is LISTEN.
    let mut rows = list.lines().map(|row| row.split_whitespace().collect::<Vec<_>>());
    let found = rows.any(|row| row[1].ends_with(&wanted) && row[3] == "0A");
    // ANCHOR_END: bug
    let holder = if found { "a server listens there" } else { "no server listens there" };
    Failure::new(format!("cannot listen on {address}"), format!("{error}: {holder}"))
}
