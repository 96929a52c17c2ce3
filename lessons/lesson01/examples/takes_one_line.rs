//! The first line is taken for the whole reply (C9).
//!
//! Client and server never agreed on lines, so a reply may have no newline, or many. This
//! client drops everything after the first one.
//!
//! Instead of: exercise01
//! Fails: takes_a_reply_of_any_length

use std::io::{BufRead, BufReader, Write};
use std::net::{Shutdown, TcpStream};
use std::process::ExitCode;

use common::{Arguments, Explain, Failure, GREETING, Limited, cannot_connect, exit, say};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A client that takes the first line for the reply (C9)")))
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
    BufReader::new(conversation).read_line(&mut reply).explain("no line")?;
    // ANCHOR_END: bug
    if reply.is_empty() {
        return Err(Failure::new("no reply", "the server ended its side at once"));
    }
    say!("{}", reply.trim_end())
}
