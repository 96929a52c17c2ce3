//! Told `0.0.0.0`, it doesn't say who holds the port.
//!
//! Instead of: exercise03
//! Fails: knows_a_live_server
//! Judged only on Linux. Elsewhere the check doesn't ask.

mod shared;

use std::io;
use std::net::SocketAddr;
use std::process::ExitCode;

use common::{Failure, exit};
use shared::{RIGHT, Server, run_for_good};

fn main() -> ExitCode {
    // ANCHOR: bug
    let server = Server { cannot_listen, ..RIGHT };
    // ANCHOR_END: bug
    exit(run_for_good("A server that doesn't ask all addresses", &server))
}

fn cannot_listen(address: SocketAddr, error: io::Error) -> Failure {
    if address.ip().is_unspecified() {
        return common::cannot_listen(address)(error);
    }
    shared::cannot_listen(address, error)
}
