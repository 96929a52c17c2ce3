//! The address to connect to must be an IPv4 address.
//!
//! A server on [::1] is never reached.
//!
//! Instead of: exercise00
//! Fails: shows_both_ends_in_ipv6

mod answer;

use std::net::TcpStream;
use std::process::ExitCode;

use answer::{Answer, RIGHT};
use common::{Arguments, Explain, Failure, cannot_connect, say};

fn main() -> ExitCode {
    Answer { ends, ..RIGHT }.run("An answer that connects in IPv4 only")
}

fn ends(arguments: &Arguments) -> Result<(), Failure> {
    let server = arguments.address;
    // ANCHOR: bug
    if server.is_ipv6() {
        return Err(Failure::new("cannot connect", "this program only knows IPv4"));
    }
    // ANCHOR_END: bug
    let connection = TcpStream::connect_timeout(&server, arguments.time_limit)
        .map_err(cannot_connect(server))?;
    let local = connection.local_addr().explain("cannot learn an address")?;
    say!("local {local}\npeer {server}")
}
