//! A newline is sent behind the message.
//!
//! Client and server never agreed on lines.
//!
//! Instead of: exercise01
//! Fails: finishes_sending
//! Judged only on these.

mod shared;

use std::io::Write;
use std::net::{Shutdown, TcpStream};
use std::process::ExitCode;

use common::{Arguments, Explain, Failure, GREETING, Limited, cannot_connect, exit, say};
use shared::{decode, read_frame, time_left};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A client that sends a newline behind its message")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let server = arguments.address;
    let connection = TcpStream::connect_timeout(&server, arguments.time_limit)
        .map_err(cannot_connect(server))?;
    let mut conversation = Limited::new(&connection, time_left(arguments));
    // ANCHOR: bug
    let message = format!("{GREETING}\n");
    // ANCHOR_END: bug
    conversation.write_all(message.as_bytes()).explain("cannot send")?;
    let _ = connection.shutdown(Shutdown::Write);
    say!("{}", decode(read_frame(&mut conversation)?)?)
}
