//! The two ends of the connection are swapped.
//!
//! `local` is the end of the program that asks its own socket. `peer` is the program at
//! the other end, here the server.
//!
//! Instead of: exercise00
//! Fails: shows_both_ends, shows_both_ends_in_ipv6, connects_to_9090_by_default

mod answer;

use std::net::TcpStream;
use std::process::ExitCode;

use answer::{Answer, RIGHT};
use common::{Arguments, Explain, Failure, cannot_connect, say};

fn main() -> ExitCode {
    Answer { ends, ..RIGHT }.run("An answer that swaps the two ends of a connection")
}

fn ends(arguments: &Arguments) -> Result<(), Failure> {
    let server = arguments.address;
    let connection = TcpStream::connect_timeout(&server, arguments.time_limit)
        .map_err(cannot_connect(server))?;
    // ANCHOR: bug
    let local = connection.peer_addr().explain("cannot learn an address")?;
    let peer = connection.local_addr().explain("cannot learn an address")?;
    // ANCHOR_END: bug
    say!("local {local}\npeer {peer}")
}
