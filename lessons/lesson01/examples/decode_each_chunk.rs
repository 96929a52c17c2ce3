//! Each chunk of the reply is decoded by itself (C9).
//!
//! This client reads to the end of the stream, but a chunk may stop in the middle of a
//! character. Then decoding fails, although the reply as a whole is valid UTF-8.
//!
//! Instead of: lesson01
//! Fails: prints_the_whole_reply, bounds_the_reply, speaks_the_encoding_it_is_told

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::process::ExitCode;

use common::{Arguments, Explain, Failure, GREETING, Limited, cannot_connect, exit, say};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A client that decodes each chunk by itself (C9)")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let server = arguments.address;
    let connection = TcpStream::connect_timeout(&server, arguments.time_limit)
        .map_err(cannot_connect(server))?;
    let mut conversation = Limited::new(&connection, arguments.time_limit);
    conversation.write_all(GREETING.as_bytes()).explain("cannot send")?;
    let _ = connection.shutdown(Shutdown::Write);
    // ANCHOR: bug
    let mut reply = String::new();
    let mut chunk = [0; 1024];
    loop {
        let count = conversation.read(&mut chunk).explain("the reply broke off")?;
        if count == 0 {
            break;
        }
        reply += std::str::from_utf8(&chunk[..count])
            .map_err(|why| Failure::new("the reply is not text in UTF-8", why))?;
    }
    // ANCHOR_END: bug
    if reply.is_empty() {
        return Err(Failure::new(
            "no reply",
            "the server finished without sending a byte",
        ));
    }
    say!("{reply}")
}
