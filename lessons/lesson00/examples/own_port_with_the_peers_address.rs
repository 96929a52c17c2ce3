//! The own end is shown with the server's IP address.
//!
//! On loopback both are 127.0.0.1 most of the time, and only the port is looked up.
//!
//! Instead of: exercise00
//! Fails: shows_both_ends

mod answer;

use std::net::{SocketAddr, TcpStream};
use std::process::ExitCode;

use answer::{Answer, RIGHT};
use common::{Arguments, Explain, Failure, cannot_connect, say};

fn main() -> ExitCode {
    Answer { ends, ..RIGHT }.run("An answer that looks up only the port")
}

fn ends(arguments: &Arguments) -> Result<(), Failure> {
    let server = arguments.address;
    let connection = TcpStream::connect_timeout(&server, arguments.time_limit)
        .map_err(cannot_connect(server))?;
    // ANCHOR: bug
    let port = connection.local_addr().explain("cannot learn an address")?.port();
    let local = SocketAddr::new(server.ip(), port);
    // ANCHOR_END: bug
    say!("local {local}\npeer {server}")
}
