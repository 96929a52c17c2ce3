//! The reply is decoded with `from_utf8_lossy` (C9).
//!
//! Bytes that aren't UTF-8 are silently replaced, and the exit code says that all went
//! well. Also, nothing limits how much memory a server can make this client use.
//!
//! Instead of: lesson01
//! Fails: reports_bytes_that_are_not_text, bounds_the_reply,
//!   speaks_the_encoding_it_is_told

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::process::ExitCode;

use common::{Arguments, Explain, Failure, GREETING, Limited, cannot_connect, exit, say};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A client that decodes with losses (C9)")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let server = arguments.address;
    let connection = TcpStream::connect_timeout(&server, arguments.time_limit)
        .map_err(cannot_connect(server))?;
    let mut conversation = Limited::new(&connection, arguments.time_limit);
    conversation.write_all(GREETING.as_bytes()).explain("cannot send")?;
    let _ = connection.shutdown(Shutdown::Write);
    let mut reply = Vec::new();
    conversation.read_to_end(&mut reply).explain("the reply broke off")?;
    if reply.is_empty() {
        return Err(Failure::new(
            "no reply",
            "the server finished without sending a byte",
        ));
    }
    // ANCHOR: bug
    say!("{}", String::from_utf8_lossy(&reply))
    // ANCHOR_END: bug
}
