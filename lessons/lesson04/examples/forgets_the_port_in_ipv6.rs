//! An error names a client of IPv6 by its address alone, which says little on loopback.
//!
//! Instead of: exercise04
//! Fails: does_the_same_in_ipv6

mod lines;
mod shared;

use std::process::ExitCode;

use common::{Failure, exit};

use lines::answer_lines;
use shared::server::{Client, Outcome};
use shared::*;

fn main() -> ExitCode {
    exit(server::run(args::parse(), converse))
}

fn converse(client: &Client) -> Outcome {
    let outcome = answer_lines(client);
    if client.address.is_ipv4() {
        return outcome;
    }
    // ANCHOR: bug
    let what = format!("lost {}", client.address.ip());
    // ANCHOR_END: bug
    outcome.map_err(|_| Failure::new(what, "it broke a rule, or the connection"))
}
