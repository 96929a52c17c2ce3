//! The result of `connect` is unwrapped (C11).
//!
//! A port without a listener isn't a bug in this program, so it's no reason to panic. The
//! user gets a panic message instead of an error that names the address.
//!
//! Instead of: exercise00
//! Fails: reports_a_refusal, shows_both_ends_in_ipv6

mod answer;

use std::net::TcpStream;
use std::process::ExitCode;

use answer::{Answer, RIGHT};
use common::{Arguments, Explain, Failure, say};

fn main() -> ExitCode {
    Answer { ends, ..RIGHT }.run("An answer that panics where no program listens (C11)")
}

fn ends(arguments: &Arguments) -> Result<(), Failure> {
    // ANCHOR: bug
    let connection = TcpStream::connect(arguments.address).unwrap();
    // ANCHOR_END: bug
    let local = connection.local_addr().explain("cannot learn the own end's address")?;
    let peer = connection.peer_addr().explain("cannot learn the peer's address")?;
    say!("local {local}\npeer {peer}")
}
