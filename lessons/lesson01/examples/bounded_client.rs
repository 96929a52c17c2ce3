//! All that a server can do to a client is taken care of; the encoding can't be chosen.
//!
//! Instead of: lesson01
//! Fails: speaks_the_encoding_it_is_told
//! Judged only on these.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::process::ExitCode;

use common::{Arguments, Explain, Failure, GREETING, Limited, cannot_connect, exit, say};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A client that no server can hold or fill")))
}

// ANCHOR: run
/// The longest reply, in bytes.
const MAX_REPLY: u64 = 4 << 20;

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let server = arguments.address;
    let limit = arguments.time_limit;
    // socket and connect in one call.
    let connection =
        TcpStream::connect_timeout(&server, limit).map_err(cannot_connect(server))?;
    let mut conversation = Limited::new(&connection, limit);

    // write may take only a part of the bytes; write_all goes on until all are taken.
    conversation.write_all(GREETING.as_bytes()).explain("cannot send")?;
    // Close the sending side: "that was all". After a reset there's nothing left to
    // close; the read below reports that.
    let _ = connection.shutdown(Shutdown::Write);

    // Read until 0 bytes come, and only then decode.
    let mut reply = Vec::new();
    let mut bounded = conversation.take(MAX_REPLY + 1);
    bounded.read_to_end(&mut reply).explain("the reply was cut off")?;
    if reply.len() as u64 > MAX_REPLY {
        let why = format!("it is longer than {MAX_REPLY} bytes");
        return Err(Failure::new("the reply is not read to its end", why));
    }
    if reply.is_empty() {
        return Err(Failure::new("no reply", "the server closed without sending a byte"));
    }
    let text = String::from_utf8(reply)
        .map_err(|why| Failure::new("the reply is not text in UTF-8", why))?;
    say!("{text}")
}
// ANCHOR_END: run
