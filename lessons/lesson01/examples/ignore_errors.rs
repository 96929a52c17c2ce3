//! An error in the middle of the reply is taken for its end (C11).
//!
//! The client prints whatever has arrived as if it were the whole reply, and its exit
//! code says that all went well.
//!
//! Instead of: lesson01
//! Fails: reports_no_reply, gives_up_on_a_silent_server, gives_up_on_a_slow_server,
//!   reports_a_reset, bounds_the_reply, speaks_the_encoding_it_is_told

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::process::ExitCode;

use common::{Arguments, Explain, Failure, GREETING, Limited, cannot_connect, exit, say};

fn main() -> ExitCode {
    exit(run(&Arguments::parse(
        "A client that takes every error for the end of the stream (C11)",
    )))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let server = arguments.address;
    let connection = TcpStream::connect_timeout(&server, arguments.time_limit)
        .map_err(cannot_connect(server))?;
    let mut conversation = Limited::new(&connection, arguments.time_limit);
    conversation.write_all(GREETING.as_bytes()).explain("cannot send")?;
    let _ = connection.shutdown(Shutdown::Write);
    // ANCHOR: bug
    let mut reply = Vec::new();
    let mut chunk = [0; 1024];
    while let Ok(count @ 1..) = conversation.read(&mut chunk) {
        reply.extend_from_slice(&chunk[..count]);
    }
    // ANCHOR_END: bug
    say!(
        "{}",
        String::from_utf8(reply).map_err(|why| Failure::new("not text in UTF-8", why))?
    )
}
