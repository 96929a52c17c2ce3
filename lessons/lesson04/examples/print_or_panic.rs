//! Each client's thread uses `println!`, which panics when standard output is closed.
//!
//! It is closed when the output went through `head`, or a pager that has ended. Then no
//! client is served any more.
//!
//! Instead of: lesson04
//! Fails: keeps_quiet, survives_a_closed_output, does_without_its_output

mod shared;

use std::process::ExitCode;

use common::exit;

use shared::server::{Client, Outcome};
use shared::*;

fn main() -> ExitCode {
    exit(server::run(args::parse(), converse))
}

fn converse(client: &Client) -> Outcome {
    // ANCHOR: bug
    println!("serving {}", client.address);
    // ANCHOR_END: bug
    shared::converse::converse(client)
}
