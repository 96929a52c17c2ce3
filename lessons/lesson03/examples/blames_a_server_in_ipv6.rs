//! In IPv6, whatever keeps the server from its port is taken for another server.
//!
//! What a run has left holds the port in the same way there, and no server answers.
//!
//! Instead of: exercise03
//! Fails: knows_what_a_run_has_left, knows_a_port_that_is_only_bound,
//!   tells_other_errors_apart, tells_a_privileged_port_apart

mod shared;

use std::process::ExitCode;

use common::{Failure, exit};
use shared::{RIGHT, Server, cannot_listen, run_for_good};

fn main() -> ExitCode {
    let server = Server {
        // ANCHOR: bug
        cannot_listen: |address, error| match address.is_ipv6() {
            true => Failure::new(
                format!("cannot listen on {address}"),
                format!("{error}: a server listens there"),
            ),
            false => cannot_listen(address, error),
        },
        // ANCHOR_END: bug
        ..RIGHT
    };
    exit(run_for_good("A server that blames others in IPv6", &server))
}
