//! The server accepts once (C4).
//!
//! It serves its client well and exits. All clients that had connected by then are reset,
//! and later ones are refused.
//!
//! Instead of: lesson04
//! Fails: ends_clients_that_never_read, serves_clients_side_by_side,
//!   serves_one_after_another, decodes_across_pieces, survives_a_reset,
//!   parts_with_bytes_that_are_not_text, keeps_the_house_full, survives_a_closed_output,
//!   survives_without_descriptors, leaves_nothing_behind, stops_on_ctrl_c, stops_in_time,
//!   stops_when_told_to_end, stops_a_full_house

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
