//! C4: a server that accepts once. It serves its client well, and exits; whoever else had connected is
//! reset, and whoever comes later is refused.
//!
//! Instead of: lesson04
//! Fails: ends_clients_that_never_read, serves_clients_side_by_side, serves_one_after_another,
//!   decodes_across_pieces, survives_a_reset, parts_with_bytes_that_are_not_text,
//!   keeps_the_house_full, survives_a_closed_output, survives_without_descriptors,
//!   leaves_nothing_behind, stops_on_ctrl_c, stops_in_time, stops_when_told_to_end,
//!   stops_a_full_house

use std::process::ExitCode;

use common::{Explain, Failure, exit};
use lesson04::{Settings, converse, open};

fn main() -> ExitCode {
    exit(run(Settings::parse("A server that accepts one client (C4)")))
}

fn run(settings: Settings) -> Result<(), Failure> {
    let (listener, clients) = open(settings)?;
    // ANCHOR: bug
    let (connection, address) = listener.accept().explain("cannot accept a client")?;
    if let Some(client) = clients.admit(connection, address) {
        client.part(converse(&client));
    }
    // ANCHOR_END: bug
    drop(listener);
    clients.see_off();
    Ok(())
}
