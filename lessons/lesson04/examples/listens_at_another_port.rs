//! It listens at the address that it's given, and at a port of its own choice.
//!
//! Instead of: exercise04
//! Fails: listens_where_it_is_told

mod lines;
mod shared;

use std::process::ExitCode;

use common::exit;

use lines::answer_lines;
use shared::*;

fn main() -> ExitCode {
    // ANCHOR: bug
    let mut args = args::parse();
    args.address.set_port(0);
    // ANCHOR_END: bug
    exit(server::run(args, answer_lines))
}
