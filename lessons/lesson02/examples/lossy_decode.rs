//! The message is decoded with `from_utf8_lossy` (C9).
//!
//! Bytes that aren't UTF-8 are silently replaced, so the text on the screen isn't what
//! the client sent. Also, nothing limits how much the server keeps in memory.
//!
//! Instead of: lesson02
//! Fails: reports_bytes_that_are_not_text, bounds_the_message

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener};
use std::process::ExitCode;

use common::{
    Arguments, Explain, Failure, Limited, REPLY, cannot_listen, exit, say, timed_out,
};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A server that decodes with losses (C9)")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let listener =
        TcpListener::bind(arguments.address).map_err(cannot_listen(arguments.address))?;
    say!("listening on {}", listener.local_addr().explain("cannot learn the address")?)?;
    let (connection, client) = listener.accept().explain("cannot accept a client")?;

    let mut conversation = Limited::new(&connection, arguments.time_limit);
    let mut message = vec![0; 1024];
    let count = conversation.read(&mut message).explain("cannot read")?;
    if count == 0 {
        return Err(Failure::new(format!("no message from {client}"), "it sent nothing"));
    }
    message.truncate(count);
    conversation.write_all(REPLY.as_bytes()).explain("cannot reply")?;
    let _ = connection.shutdown(Shutdown::Write);
    match conversation.read_to_end(&mut message) {
        Err(why) if !timed_out(&why) => return Err(why).explain("cannot read"),
        _ => {}
    }
    // ANCHOR: bug
    let text = String::from_utf8_lossy(&message);
    say!("{client} sent {text:?}")
    // ANCHOR_END: bug
}
