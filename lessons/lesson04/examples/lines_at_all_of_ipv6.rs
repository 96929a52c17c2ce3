//! Told an address of IPv6, the server listens at all of them, and says nothing of it.
//!
//! Instead of: exercise04
//! Fails: serves_ipv6

mod lines;
mod shared;

use std::net::{IpAddr, Ipv6Addr};
use std::process::ExitCode;

use common::{Failure, exit};

use lines::answer_lines;
use shared::*;

fn main() -> ExitCode {
    // ANCHOR: bug
    let mut args = args::parse();
    let given = args.address.ip();
    if given.is_ipv6() {
        args.address.set_ip(Ipv6Addr::UNSPECIFIED.into());
    }
    exit(run(args, given))
    // ANCHOR_END: bug
}

fn run(args: args::Args, given: IpAddr) -> Result<(), Failure> {
    let (listener, server) = open_as(args, given)?;
    run_on(listener, &server, |client| server::start_thread(client, answer_lines));
    Ok(())
}
