//! The message is printed without escaping it.
//!
//! A client can send characters that a terminal takes for commands, for example to clear
//! the screen or to write over older lines.
//!
//! Instead of: lesson02
//! Fails: shows_zeros_as_escapes
//! Judged only on these.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener};
use std::process::ExitCode;

use common::{Arguments, Explain, Failure, Limited, REPLY, cannot_listen, exit, say};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A server that prints whatever it gets")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let listener =
        TcpListener::bind(arguments.address).map_err(cannot_listen(arguments.address))?;
    say!("listening on {}", listener.local_addr().explain("cannot learn the address")?)?;
    let (connection, _) = listener.accept().explain("cannot accept a client")?;

    let mut conversation = Limited::new(&connection, arguments.time_limit);
    let mut message = String::new();
    conversation.read_to_string(&mut message).explain("cannot read")?;
    conversation.write_all(REPLY.as_bytes()).explain("cannot reply")?;
    connection.shutdown(Shutdown::Write).explain("cannot end the reply")?;
    // ANCHOR: bug
    say!("{message}")
    // ANCHOR_END: bug
}
