//! S2: a second socket is asked for the local end. Ports belong to sockets, not to programs, so it has
//! a port of its own.
//!
//! Instead of: exercise00
//! Fails: shows_both_ends

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
