//! Each read has a timeout, but the conversation has no deadline (C11).
//!
//! A client that sends one byte now and then holds the server forever, because each byte
//! starts the timeout anew.
//!
//! Instead of: lesson02
//! Fails: gives_up_on_a_slow_sender

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener};
use std::process::ExitCode;

use common::{Arguments, Explain, Failure, REPLY, cannot_listen, exit, say, timed_out};
use lesson02::MAX_MESSAGE;

fn main() -> ExitCode {
    exit(run(&Arguments::parse(
        "A server with a limit on each read instead of a total (C11)",
    )))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let listener =
        TcpListener::bind(arguments.address).map_err(cannot_listen(arguments.address))?;
    say!("listening on {}", listener.local_addr().explain("cannot learn the address")?)?;
    let (mut connection, client) = listener.accept().explain("cannot accept a client")?;

    // ANCHOR: bug
    connection
        .set_read_timeout(Some(arguments.time_limit))
        .explain("cannot set a limit")?;
    // ANCHOR_END: bug
    let mut message = vec![0; 1024];
    let count = connection.read(&mut message).explain("cannot read")?;
    if count == 0 {
        return Err(Failure::new(format!("no message from {client}"), "it sent nothing"));
    }
    message.truncate(count);
    connection.write_all(REPLY.as_bytes()).explain("cannot reply")?;
    let _ = connection.shutdown(Shutdown::Write);
    match connection.take(MAX_MESSAGE).read_to_end(&mut message) {
        Err(why) if !timed_out(&why) => return Err(why).explain("cannot read"),
        _ => {}
    }
    if message.len() as u64 > MAX_MESSAGE {
        return Err(Failure::new(
            "the message is not read to its end",
            "it is longer than the limit",
        ));
    }
    let text = String::from_utf8(message)
        .map_err(|why| Failure::new("the message is not UTF-8", why.utf8_error()))?;
    say!("{client} sent {text:?}")
}
