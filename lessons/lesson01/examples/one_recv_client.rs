//! One read is taken for the whole reply, as in the tutorial (C9).
//!
//! This is the tutorial's client with a real address. It has no timeout (C11) and never
//! finishes sending, so the server can't tell where the message ends.
//!
//! Instead of: lesson01
//! Fails: exchanges_messages, prints_the_whole_reply, reports_no_reply,
//!   reports_a_refusal, gives_up_connecting, gives_up_on_a_silent_server,
//!   gives_up_on_a_slow_server, reports_a_reset, reports_bytes_that_are_not_text,
//!   bounds_the_reply, speaks_the_encoding_it_is_told, takes_a_reply_that_just_fits

// ANCHOR: client
use std::error::Error;
use std::io::{Read, Write};
use std::net::TcpStream;

use common::{Arguments, GREETING};

fn main() -> Result<(), Box<dyn Error>> {
    let server = Arguments::parse("A client that reads once").address;
    let mut connection = TcpStream::connect(server)?;
    connection.write_all(GREETING.as_bytes())?;
    // ANCHOR: bug
    let mut buffer = [0; 1024];
    let count = connection.read(&mut buffer)?;
    println!("{}", str::from_utf8(&buffer[..count])?);
    // ANCHOR_END: bug
    Ok(())
}
// ANCHOR_END: client
