//! Of all that can go wrong in `connect`, only a refusal is expected (C11).
//!
//! A network that can't be reached isn't a bug in this program either.
//!
//! Instead of: exercise00
//! Fails: reports_a_refusal

mod answer;

use std::io::ErrorKind;
use std::net::TcpStream;
use std::process::ExitCode;

use answer::{Answer, RIGHT};
use common::{Arguments, Explain, Failure, cannot_connect, say};

fn main() -> ExitCode {
    Answer { ends, ..RIGHT }.run("An answer that knows only refusals (C11)")
}

fn ends(arguments: &Arguments) -> Result<(), Failure> {
    let server = arguments.address;
    // ANCHOR: bug
    let connection = match TcpStream::connect(server) {
        Err(why) if why.kind() == ErrorKind::ConnectionRefused => {
            return Err(cannot_connect(server)(why));
        }
        connected => connected.unwrap(),
    };
    // ANCHOR_END: bug
    let local = connection.local_addr().explain("cannot learn the own end's address")?;
    let peer = connection.peer_addr().explain("cannot learn the peer's address")?;
    say!("local {local}\npeer {peer}")
}
