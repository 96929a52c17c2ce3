//! The error doesn't say which address is taken.
//!
//! Instead of: exercise03
//! Fails: knows_a_live_server, knows_a_busy_server, knows_what_a_run_has_left,
//!   knows_a_port_that_is_only_bound, tells_other_errors_apart,
//!   tells_a_privileged_port_apart

mod shared;

use std::io;
use std::net::SocketAddr;
use std::process::ExitCode;

use common::{Failure, exit};
use shared::{RIGHT, Server, run_for_good};

fn main() -> ExitCode {
    let server = Server { cannot_listen, ..RIGHT };
    exit(run_for_good("A server that doesn't name its address", &server))
}

fn cannot_listen(address: SocketAddr, error: io::Error) -> Failure {
    let in_use = common::is_taken(&error);
    let holder = if in_use { shared::holder(address) } else { "something else is wrong" };
    // ANCHOR: bug
    Failure::new("cannot listen", format!("{error}: {holder}"))
    // ANCHOR_END: bug
}
