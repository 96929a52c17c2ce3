//! The client leaves its sending side open while it waits.
//!
//! The server can't tell whether more of the message will come.
//!
//! Instead of: exercise01
//! Fails: finishes_sending

mod shared;

use std::io::Write;
use std::net::TcpStream;
use std::process::ExitCode;

use common::{Arguments, Explain, Failure, GREETING, Limited, cannot_connect, exit, say};
use shared::{decode, read_frame, time_left};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A client that never finishes sending")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let server = arguments.address;
    let connection = TcpStream::connect_timeout(&server, arguments.time_limit)
        .map_err(cannot_connect(server))?;
    let mut conversation = Limited::new(&connection, time_left(arguments));
    // ANCHOR: bug
    conversation.write_all(GREETING.as_bytes()).explain("cannot send")?;
    // ANCHOR_END: bug
    say!("{}", decode(read_frame(&mut conversation)?)?)
}
