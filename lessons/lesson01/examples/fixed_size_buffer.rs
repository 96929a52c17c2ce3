//! A loop fills one buffer of a fixed size (C9).
//!
//! When the buffer is full, the slice that's left is empty, and a read into an empty
//! slice returns 0 (S19). The loop takes that 0 for the end of the stream, so it cuts the
//! reply off.
//!
//! Instead of: exercise01
//! Fails: takes_a_reply_of_any_length, takes_a_reply_that_just_fits

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::process::ExitCode;

use common::{Arguments, Explain, Failure, GREETING, Limited, cannot_connect, exit, say};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A client whose buffer is the longest reply (C9)")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let server = arguments.address;
    let connection = TcpStream::connect_timeout(&server, arguments.time_limit)
        .map_err(cannot_connect(server))?;
    let mut conversation = Limited::new(&connection, arguments.time_limit);
    conversation.write_all(GREETING.as_bytes()).explain("cannot send")?;
    let _ = connection.shutdown(Shutdown::Write);
    // ANCHOR: bug
    let mut reply = [0; 4096];
    let mut length = 0;
    loop {
        match conversation.read(&mut reply[length..]).explain("the reply broke off")? {
            0 => break,
            count => length += count,
        }
    }
    let reply = &reply[..length];
    // ANCHOR_END: bug
    if reply.is_empty() {
        return Err(Failure::new("no reply", "the server ended its side at once"));
    }
    say!(
        "{}",
        std::str::from_utf8(reply)
            .map_err(|why| Failure::new("not text in UTF-8", why))?
    )
}
