//! One read is taken for the whole reply, as in the tutorial (C9).
//!
//! This is the tutorial's client with a real address. It also ignores how much its one
//! write sent (C10), has no timeout (C11), and never finishes sending, so the server
//! can't tell where the message ends.
//!
//! Instead of: lesson01
//! Fails: exchanges_messages, prints_the_whole_reply, reports_no_reply,
//!   gives_up_connecting, gives_up_on_a_silent_server, gives_up_on_a_slow_server,
//!   reports_a_reset, bounds_the_reply, speaks_the_encoding_it_is_told,
//!   takes_a_reply_that_just_fits

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;

use common::{Arguments, Explain, Failure, GREETING, cannot_connect, exit, say};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A client that takes one read for the whole reply (C9)")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let server = arguments.address;
    let mut connection = TcpStream::connect(server).map_err(cannot_connect(server))?;
    // ANCHOR: bug
    let _ = connection.write(GREETING.as_bytes()).explain("cannot send")?;
    let mut buffer = [0; 1024];
    let count = connection.read(&mut buffer).explain("cannot read the reply")?;
    let text = std::str::from_utf8(&buffer[..count])
        .map_err(|why| Failure::new("the reply is not text in UTF-8", why))?;
    say!("{text}")
    // ANCHOR_END: bug
}
