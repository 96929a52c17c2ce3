//! Lesson 1: a client that gets the whole reply, or says why not.

mod args;

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::process::ExitCode;

use args::Args;
use common::{Explain, Failure, Limited, cannot_connect, exit, say};

/// The longest reply, in bytes, that the client takes. A server must not be able to fill its memory.
const MAX_REPLY: u64 = 4 << 20;

// `main` only turns the outcome into an exit code; what can fail stands in `run`.
fn main() -> ExitCode {
    exit(run(&args::parse()))
}

// ANCHOR: run
fn run(args: &Args) -> Result<(), Failure> {
    let server = args.address;
    let message = args.encoding.encode(&args.message).map_err(|missing| {
        Failure::new("cannot encode the message", format!("{} has no '{missing}'", args.encoding))
    })?;

    // socket and connect in one call. It returns when the server's *kernel* has agreed.
    let connection =
        TcpStream::connect_timeout(&server, args.time_limit).map_err(cannot_connect(server))?;
    let mut conversation = Limited::new(&connection, args.time_limit);

    // write may take only a part of the bytes; write_all goes on until the kernel has taken all.
    conversation.write_all(&message).explain(format!("cannot send to {server}"))?;
    // End our side. Now the server can know that it has the whole message. If the connection has been
    // reset in the meantime there is nothing left to end, and the read below reports the reset.
    let _ = connection.shutdown(Shutdown::Write);

    // read returns what has arrived so far. Only the end of the stream, 0 bytes, says "that was all".
    let mut reply = Vec::new();
    conversation
        .take(MAX_REPLY + 1)
        .read_to_end(&mut reply)
        .explain(format!("the reply of {server} broke off after {} bytes", reply.len()))?;
    if reply.len() as u64 > MAX_REPLY {
        let why = format!("it is longer than {MAX_REPLY} bytes");
        return Err(Failure::new(format!("the reply of {server} is not read to its end"), why));
    }

    if reply.is_empty() {
        let why = "it ended its side without sending a byte";
        return Err(Failure::new(format!("no reply from {server}"), why));
    }

    // Decode once, at the end: a piece may stop in the middle of a character.
    let text = args.encoding.decode(&reply).map_err(|why| {
        Failure::new(format!("the reply of {server} is not text in {}", args.encoding), why)
            .advise("both sides must use the same encoding: see --encoding")
    })?;
    say!("{text}")
}
// ANCHOR_END: run
