//! An error says why it failed, and not what.
//!
//! Of ten addresses one is bad: which? And `Connection refused` to a script that connects
//! to ten servers says as little.
//!
//! Instead of: exercise00
//! Fails: reports_a_refusal, shows_both_ends_in_ipv6

mod answer;

use std::net::TcpStream;
use std::process::ExitCode;

use answer::{Answer, RIGHT};
use common::{Arguments, Explain, say};

fn main() -> ExitCode {
    Answer { ends, ..RIGHT }.run("An answer whose errors say only why")
}

fn ends(arguments: &Arguments) -> Result<(), common::Failure> {
    // ANCHOR: bug
    let connection = TcpStream::connect(arguments.address).unwrap_or_else(|why| {
        eprintln!("error: {why}");
        std::process::exit(1)
    });
    // ANCHOR_END: bug
    let local = connection.local_addr().explain("cannot learn the own end's address")?;
    let peer = connection.peer_addr().explain("cannot learn the peer's address")?;
    say!("local {local}\npeer {peer}")
}
