//! An address of IPv6 is refused.
//!
//! Instead of: exercise04
//! Fails: serves_ipv6, stops_wherever_it_listens, does_the_same_in_ipv6

mod lines;
mod shared;

use std::process::ExitCode;

use common::{Failure, complain, exit};

use lines::answer_lines;
use shared::*;

fn main() -> ExitCode {
    // ANCHOR: bug
    let args = args::parse();
    if args.address.is_ipv6() {
        complain(&Failure::new("bad argument", "an address of IPv4 is expected"));
        return ExitCode::from(2);
    }
    exit(server::run(args, answer_lines))
    // ANCHOR_END: bug
}
