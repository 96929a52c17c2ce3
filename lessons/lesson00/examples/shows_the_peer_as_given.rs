//! The peer is shown as it was written on the command line.
//!
//! One address has many spellings, and some lead to another one, such as `0.0.0.0`. The
//! socket knows to which it is connected.
//!
//! Instead of: exercise00
//! Fails: shows_both_ends_in_ipv6, connects_to_9090_by_default

mod answer;

use std::net::TcpStream;
use std::process::ExitCode;

use answer::{Answer, RIGHT};
use common::{Arguments, Explain, Failure, cannot_connect, say};

fn main() -> ExitCode {
    Answer { ends, ..RIGHT }.run("An answer that repeats what it was told")
}

fn ends(arguments: &Arguments) -> Result<(), Failure> {
    let server = arguments.address;
    let connection = TcpStream::connect_timeout(&server, arguments.time_limit)
        .map_err(cannot_connect(server))?;
    let local = connection.local_addr().explain("cannot learn the own end's address")?;
    // ANCHOR: bug
    let peer = std::env::args().next_back().unwrap_or_default();
    // ANCHOR_END: bug
    say!("local {local}\npeer {peer}")
}
