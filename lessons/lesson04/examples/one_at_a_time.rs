//! A server that serves in its accept loop: one silent client, and everybody waits.
//!
//! Instead of: lesson04
//! Fails: serves_clients_side_by_side, survives_a_reset, parts_with_bytes_that_are_not_text,
//!   survives_without_descriptors, stops_on_ctrl_c, stops_in_time, stops_when_told_to_end,
//!   stops_a_full_house

use std::process::ExitCode;

use common::{Failure, exit};
use lesson04::{Settings, accept_clients, converse, open};

fn main() -> ExitCode {
    exit(run(Settings::parse("A server that serves one client after the other")))
}

fn run(settings: Settings) -> Result<(), Failure> {
    let (listener, clients) = open(settings)?;
    // ANCHOR: bug
    accept_clients(&listener, &clients, |client| client.part(converse(&client)));
    // ANCHOR_END: bug
    drop(listener);
    clients.see_off();
    Ok(())
}
