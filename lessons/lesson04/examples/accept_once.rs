//! The server accepts once (C4).
//!
//! It serves its client well and exits. All clients that had connected by then are reset,
//! and later ones are refused.
//!
//! Instead of: lesson04
//! Fails: ends_clients_that_never_read, serves_clients_at_the_same_time,
//!   serves_one_after_another, decodes_across_chunks, survives_a_reset,
//!   closes_on_bytes_that_are_not_text, limits_its_clients, survives_a_closed_output,
//!   survives_without_descriptors, leaves_nothing_behind, stops_on_ctrl_c, stops_in_time,
//!   stops_on_sigterm, stops_when_it_is_full

mod shared;

use std::process::ExitCode;

use common::{Explain, Failure, exit};

use shared::args::Args;
use shared::converse::converse;
use shared::*;

fn main() -> ExitCode {
    exit(run(args::parse()))
}

fn run(args: Args) -> Result<(), Failure> {
    let (listener, server) = open(args)?;
    // ANCHOR: bug
    let (connection, address) = listener.accept().explain("cannot accept a client")?;
    if let Some(client) = server.admit(connection, address) {
        client.close(converse(&client));
    }
    // ANCHOR_END: bug
    drop(listener);
    server.drain();
    Ok(())
}
