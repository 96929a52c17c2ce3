//! `Address already in use` is always taken for TIME_WAIT.
//!
//! The user waits for a minute, and then for another, while a live server holds the port.
//!
//! Instead of: exercise03
//! Fails: knows_a_live_server, knows_a_busy_server

mod shared;

use std::io;
use std::net::SocketAddr;
use std::process::ExitCode;

use common::{Failure, exit};
use shared::{RIGHT, Server, run_for_good};

fn main() -> ExitCode {
    let server = Server { cannot_listen, ..RIGHT };
    exit(run_for_good("A server that always blames TIME_WAIT", &server))
}

fn cannot_listen(address: SocketAddr, error: io::Error) -> Failure {
    // ANCHOR: bug
    let holder = match common::is_taken(&error) {
        true => "no server listens there",
        false => "something else is wrong",
    };
    // ANCHOR_END: bug
    Failure::new(format!("cannot listen on {address}"), format!("{error}: {holder}"))
}
