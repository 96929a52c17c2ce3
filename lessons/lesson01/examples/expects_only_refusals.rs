//! Of all that can go wrong in `connect`, only a refusal is expected (C11).
//!
//! A network that can't be reached isn't a bug in this program either.
//!
//! Instead of: exercise01
//! Fails: reports_a_refusal
//! Judged only on these.

mod shared;

use std::io::ErrorKind;
use std::net::TcpStream;
use std::process::ExitCode;

use common::{Arguments, Failure, cannot_connect, exit};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A client that knows only refusals (C11)")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let server = arguments.address;
    // ANCHOR: bug
    match TcpStream::connect_timeout(&server, arguments.time_limit) {
        Err(why) if why.kind() == ErrorKind::ConnectionRefused => {
            return Err(cannot_connect(server)(why));
        }
        connected => drop(connected.unwrap()),
    }
    // ANCHOR_END: bug
    shared::run(arguments)
}
