//! The server binds the empty host, as the tutorial does, and prints the user's address.
//!
//! So it's open to the whole network, and its user doesn't know.
//!
//! Instead of: exercise02
//! Fails: says_where_it_listens, serves_the_next_client, serves_a_hundred_clients

mod shared;

use common::exit;
use shared::{RIGHT, Server, run_for_good};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
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
        SocketAddr::V4(_) => {
            SocketAddr::new(Ipv4Addr::UNSPECIFIED.into(), address.port())
        }
        SocketAddr::V6(_) => address,
    }
}
