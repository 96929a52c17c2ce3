//! It listens at the address that it's given, and at a port of its own choice.
//!
//! Instead of: exercise02
//! Fails: says_where_it_listens

mod shared;

use common::exit;
use shared::{RIGHT, Server, run_for_good};
use std::net::TcpListener;
use std::process::ExitCode;

fn main() -> ExitCode {
    // ANCHOR: bug
    let server =
        Server { listen: |address| TcpListener::bind((address.ip(), 0)), ..RIGHT };
    // ANCHOR_END: bug
    exit(run_for_good("A server that chooses its port", server))
}
