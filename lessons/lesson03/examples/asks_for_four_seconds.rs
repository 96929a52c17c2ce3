//! It takes the server four seconds to say that it can't listen.
//!
//! It asks four times whether a server answers, for a second each.
//!
//! Instead of: exercise03
//! Fails: never_listens_twice, knows_a_busy_server

mod shared;

use std::io;
use std::net::SocketAddr;
use std::process::ExitCode;

use common::{Failure, exit};
use shared::{RIGHT, Server, run_for_good};

fn main() -> ExitCode {
    let server = Server { cannot_listen, ..RIGHT };
    exit(run_for_good("A server that asks four times", &server))
}

fn cannot_listen(address: SocketAddr, error: io::Error) -> Failure {
    if !common::is_taken(&error) {
        return common::cannot_listen(address)(error);
    }
    // ANCHOR: bug
    let answers = [(); 4].map(|()| shared::holder(address));
    let holder = answers[3];
    // ANCHOR_END: bug
    Failure::new(format!("cannot listen on {address}"), format!("{error}: {holder}"))
}
