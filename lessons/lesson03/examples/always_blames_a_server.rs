//! `Address already in use` is always taken for a live server.
//!
//! The user looks for a server that isn't there, when a minute's patience is all it needs.
//!
//! Instead of: exercise03
//! Fails: knows_what_a_run_has_left, knows_a_port_that_is_only_bound

mod shared;

use std::io;
use std::net::SocketAddr;
use std::process::ExitCode;

use common::{Failure, exit};
use shared::{RIGHT, Server, run_for_good};

fn main() -> ExitCode {
    let server = Server { cannot_listen, ..RIGHT };
    exit(run_for_good("A server that always blames another", &server))
}

fn cannot_listen(address: SocketAddr, error: io::Error) -> Failure {
    // ANCHOR: bug
    let holder = match common::is_taken(&error) {
        true => "a server listens there",
        false => "something else is wrong",
    };
    // ANCHOR_END: bug
    Failure::new(format!("cannot listen on {address}"), format!("{error}: {holder}"))
}
