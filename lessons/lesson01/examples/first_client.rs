//! The first client of the chapter: it works, as long as the server is friendly.
//!
//! It gets the whole reply, and decodes it once. But its errors are for programmers, it
//! takes no reply for an empty one, and nothing limits how long it waits (C11) or how much
//! it reads.
//!
//! Instead of: lesson01
//! Fails: reports_no_reply, reports_a_refusal, gives_up_connecting,
//!   gives_up_on_a_silent_server, gives_up_on_a_slow_server, reports_a_reset,
//!   reports_bytes_that_are_not_text, bounds_the_reply
//! Judged only on these.

// ANCHOR: client
use std::error::Error;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};

use common::{Arguments, GREETING};

fn main() -> Result<(), Box<dyn Error>> {
    let server = Arguments::parse("A client for a friendly server").address;
    // ANCHOR: start
    // socket and connect in one call.
    let mut connection = TcpStream::connect(server)?;

    // write may take only a part of the bytes; write_all goes on until all are taken.
    connection.write_all(GREETING.as_bytes())?;
    // ANCHOR_END: start
    // Close the sending side: "that was all".
    connection.shutdown(Shutdown::Write)?;

    // Read until 0 bytes come, and only then decode.
    let mut reply = Vec::new();
    connection.read_to_end(&mut reply)?;
    println!("{}", String::from_utf8(reply)?);
    Ok(())
}
// ANCHOR_END: client
