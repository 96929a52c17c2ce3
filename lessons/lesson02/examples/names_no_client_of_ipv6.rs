//! An error says which client it's about, but only in IPv4.
//!
//! The port is taken from what stands behind the first colon, and an address of IPv6 has
//! many of them.
//!
//! Instead of: exercise02
//! Fails: refuses_on_ipv6

mod shared;

use common::{Failure, complain, exit};
use shared::{RIGHT, Server, run_for_good};
use std::net::SocketAddr;
use std::process::ExitCode;

fn main() -> ExitCode {
    let server = Server { report, ..RIGHT };
    exit(run_for_good("A server that names clients of IPv4", server))
}

fn report(client: SocketAddr, why: &str) {
    // ANCHOR: bug
    let text = client.to_string();
    let (ip, port) = text.split_once(':').unwrap_or_default();
    let port = port.split(':').next().unwrap_or_default();
    complain(&Failure::new(format!("no reply for {ip}:{port}"), why));
    // ANCHOR_END: bug
}
