//! After Ctrl-C, a listener of IPv6 is open until the program ends.
//!
//! Instead of: exercise04
//! Fails: does_the_same_in_ipv6

mod lines;
mod shared;

use std::process::ExitCode;

use common::{Explain, Failure, exit};

use lines::answer_lines;
use shared::*;

fn main() -> ExitCode {
    exit(run(args::parse()))
}

fn run(args: args::Args) -> Result<(), Failure> {
    let (listener, server) = open(args)?;
    accept_clients(&listener, &server, |client| {
        server::start_thread(client, answer_lines);
    });
    // ANCHOR: bug
    if listener.local_addr().explain("cannot learn the address")?.is_ipv4() {
        drop(listener);
    } else {
        std::mem::forget(listener);
    }
    // ANCHOR_END: bug
    server.drain();
    Ok(())
}
