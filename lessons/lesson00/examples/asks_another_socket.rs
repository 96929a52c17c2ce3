//! A second socket is asked for the connection's local end (S2).
//!
//! A port belongs to a socket, not to a program. The second socket has a port of its own,
//! and that one is printed as if it were the connection's.
//!
//! Instead of: exercise00
//! Fails: shows_both_ends, shows_both_ends_in_ipv6, connects_to_9090_by_default

mod answer;

use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;

use answer::{Answer, RIGHT};
use common::{Arguments, Explain, Failure, cannot_connect, say};

fn main() -> ExitCode {
    Answer { ends, ..RIGHT }.run("An answer that asks another socket for its port (S2)")
}

fn ends(arguments: &Arguments) -> Result<(), Failure> {
    let server = arguments.address;
    let connection = TcpStream::connect_timeout(&server, arguments.time_limit)
        .map_err(cannot_connect(server))?;
    let peer = connection.peer_addr().explain("cannot learn the peer's address")?;
    // ANCHOR: bug
    let own = TcpListener::bind((server.ip(), 0)).explain("cannot get a port")?;
    let local = own.local_addr().explain("cannot learn the own end's address")?;
    // ANCHOR_END: bug
    say!("local {local}\npeer {peer}")
}
