//! The server takes no address of IPv6.
//!
//! Instead of: exercise02
//! Fails: answers_on_ipv6, serves_the_next_client, ends_a_silent_client_in_time,
//!   refuses_on_ipv6

mod shared;

use common::exit;
use shared::{RIGHT, Server, run_for_good};
use std::net::{SocketAddr, TcpListener};
use std::process::ExitCode;

fn main() -> ExitCode {
    // ANCHOR: bug
    let server = Server {
        listen: |address| match address {
            SocketAddr::V4(address) => TcpListener::bind(address),
            SocketAddr::V6(_) => Err(std::io::ErrorKind::Unsupported.into()),
        },
        ..RIGHT
    };
    // ANCHOR_END: bug
    exit(run_for_good("A server for IPv4", server))
}
