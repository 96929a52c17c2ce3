//! The server takes the port that it's told, and always listens on 127.0.0.1.
//!
//! A machine has many addresses, and even of loopback there's more than one.
//!
//! Instead of: exercise02
//! Fails: says_where_it_listens
//! Judged only on these.

mod shared;

use common::exit;
use shared::{RIGHT, Server, run_for_good};
use std::net::{Ipv4Addr, TcpListener};
use std::process::ExitCode;

fn main() -> ExitCode {
    // ANCHOR: bug
    let server = Server {
        listen: |given| TcpListener::bind((Ipv4Addr::LOCALHOST, given.port())),
        ..RIGHT
    };
    // ANCHOR_END: bug
    exit(run_for_good("A server that knows one loopback address", server))
}
