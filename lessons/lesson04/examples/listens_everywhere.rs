//! The listener is bound to all addresses of the machine, and the given one is printed.
//!
//! Instead of: exercise04
//! Fails: listens_where_it_is_told, survives_without_descriptors,
//!   stops_without_descriptors

mod lines;
mod shared;

use std::net::{IpAddr, Ipv4Addr};
use std::process::ExitCode;

use common::{Failure, exit};

use lines::answer_lines;
use shared::*;

fn main() -> ExitCode {
    // ANCHOR: bug
    let mut args = args::parse();
    let given = args.address.ip();
    if given.is_ipv4() {
        args.address.set_ip(Ipv4Addr::UNSPECIFIED.into());
    }
    exit(run(args, given))
    // ANCHOR_END: bug
}

fn run(args: args::Args, given: IpAddr) -> Result<(), Failure> {
    let (listener, server) = open_as(args, given)?;
    run_on(listener, &server, |client| server::start_thread(client, answer_lines));
    Ok(())
}
