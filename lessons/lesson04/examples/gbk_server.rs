//! The server decodes and encodes with GBK, whatever its clients speak (C6).
//!
//! Some text in UTF-8 is an error then. Some isn't: `你好` becomes `浣犲ソ`, and nothing says
//! so.
//!
//! Instead of: lesson04
//! Fails: ends_clients_that_never_read, serves_clients_side_by_side,
//!   serves_one_after_another, answers_every_piece, decodes_across_pieces, reads_utf8,
//!   survives_a_reset, parts_with_bytes_that_are_not_text, says_who_comes_and_goes,
//!   keeps_quiet, keeps_the_house_full, survives_a_closed_output,
//!   survives_without_descriptors, leaves_nothing_behind, stops_on_ctrl_c,
//!   stops_when_told_to_end, stops_a_full_house, finishes_replies, stops_in_time,
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
