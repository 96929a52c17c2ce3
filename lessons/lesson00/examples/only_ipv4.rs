//! Loopback is listed for IPv4 only.
//!
//! The machine has a loopback address in IPv6 as well, `::1`. A program that listens on
//! one of the two doesn't listen on the other.
//!
//! Instead of: lesson00
//! Fails: shows_both_loopbacks
//! Judged only on these.

use std::net::TcpListener;
use std::process::ExitCode;

use common::{Arguments, Explain, Failure, cannot_listen, exit, say};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A program that knows loopback in IPv4 only")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let listener =
        TcpListener::bind(arguments.address).map_err(cannot_listen(arguments.address))?;
    say!("listening on {}", listener.local_addr().explain("cannot learn the address")?)?;
    // ANCHOR: bug
    match TcpListener::bind("127.0.0.1:0") {
        Ok(_) => say!("  127.0.0.1  a program can listen here"),
        Err(why) => say!("  127.0.0.1  no program can listen here: {why}"),
    }
    // ANCHOR_END: bug
}
