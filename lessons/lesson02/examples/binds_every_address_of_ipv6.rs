//! Told an address of IPv6, the server binds all addresses, and prints the user's.
//!
//! On Linux, that one listener takes clients of IPv4 as well (ipv6(7), IPV6_V6ONLY).
//!
//! Instead of: exercise02
//! Fails: answers_on_ipv6, serves_the_next_client
//! Judged only on Linux. Elsewhere the check doesn't look.

mod shared;

use common::exit;
use shared::{RIGHT, Server, run_for_good};
use std::net::{Ipv6Addr, SocketAddr, TcpListener};
use std::process::ExitCode;

fn main() -> ExitCode {
    // ANCHOR: bug
    let server = Server {
        listen: |address| TcpListener::bind(everywhere(address)),
        shown: |given, bound| SocketAddr::new(given.ip(), bound.port()),
        ..RIGHT
    };
    // ANCHOR_END: bug
    exit(run_for_good("A server that listens at every address", server))
}

fn everywhere(address: SocketAddr) -> SocketAddr {
    match address {
        SocketAddr::V4(_) => address,
        SocketAddr::V6(_) => {
            SocketAddr::new(Ipv6Addr::UNSPECIFIED.into(), address.port())
        }
    }
}
