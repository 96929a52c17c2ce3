//! What it does stands on stdout beside the reply. Nothing that reads its output can tell which is
//! which, and when it fails, its output is not empty.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::process::ExitCode;

use common::{Arguments, Explain, Failure, GREETING, Limited, cannot_connect, exit, say};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A client that talks about itself on stdout")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let server = arguments.address;
    let connection = TcpStream::connect_timeout(&server, arguments.time_limit)
        .map_err(cannot_connect(server))?;
    // ANCHOR: bug
    say!("connected to {server}")?;
    // ANCHOR_END: bug
    let mut conversation = Limited::new(&connection, arguments.time_limit);
    conversation.write_all(GREETING.as_bytes()).explain("cannot send")?;
    let _ = connection.shutdown(Shutdown::Write);
    let mut reply = Vec::new();
    conversation.read_to_end(&mut reply).explain("the reply broke off")?;
    if reply.is_empty() {
        return Err(Failure::new("no reply", "the server ended its side at once"));
    }
    say!("{}", String::from_utf8(reply).map_err(|why| Failure::new("not text in UTF-8", why))?)
}
