//! The server decodes and encodes with GBK, whatever its clients speak (C6).
//!
//! Some text in UTF-8 is an error then. Some isn't: `你好` becomes `浣犲ソ`, and nothing says
//! so.
//!
//! Instead of: lesson04
//! Fails: ends_clients_that_never_read, serves_clients_at_the_same_time,
//!   serves_one_after_another, answers_every_chunk, decodes_across_chunks, reads_utf8,
//!   survives_a_reset, closes_on_bytes_that_are_not_text, says_who_comes_and_goes,
//!   keeps_quiet, limits_its_clients, survives_a_closed_output,
//!   survives_without_descriptors, leaves_nothing_behind, stops_on_ctrl_c,
//!   stops_on_sigterm, stops_when_it_is_full, finishes_replies, stops_in_time,
//!   serves_the_mended_python_client, serves_nc, serves_socat

mod shared;

use std::process::ExitCode;

use common::{Encoding, exit};

use shared::args::Args;
use shared::converse::converse;
use shared::*;

fn main() -> ExitCode {
    // ANCHOR: bug
    let args = Args { encoding: Encoding::Gbk, ..args::parse() };
    // ANCHOR_END: bug
    exit(server::run(args, converse))
}
