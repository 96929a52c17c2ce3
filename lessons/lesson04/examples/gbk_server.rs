//! C6: a server that decodes and encodes with GBK, whatever its clients speak. Some text in UTF-8 is an
//! error then. Some is not: `你好` becomes `浣犲ソ`, and nobody notices.
//!
//! Instead of: lesson04
//! Fails: ends_clients_that_never_read, serves_clients_side_by_side, serves_one_after_another,
//!   answers_every_piece, decodes_across_pieces, reads_utf8, survives_a_reset,
//!   parts_with_bytes_that_are_not_text, says_who_comes_and_goes, keeps_quiet,
//!   keeps_the_house_full, survives_a_closed_output, survives_without_descriptors,
//!   leaves_nothing_behind, stops_on_ctrl_c, stops_when_told_to_end, stops_a_full_house,
//!   finishes_replies, stops_in_time, serves_the_mended_python_client, serves_nc, serves_socat

use std::process::ExitCode;

use common::{Encoding, Failure, exit};
use lesson04::{Settings, accept_clients, converse, open, start_thread};

fn main() -> ExitCode {
    exit(run(Settings::parse("A server that speaks GBK with everybody (C6)")))
}

fn run(settings: Settings) -> Result<(), Failure> {
    // ANCHOR: bug
    let (listener, clients) = open(Settings { encoding: Encoding::Gbk, ..settings })?;
    // ANCHOR_END: bug
    accept_clients(&listener, &clients, |client| start_thread(client, converse));
    drop(listener);
    clients.see_off();
    Ok(())
}
