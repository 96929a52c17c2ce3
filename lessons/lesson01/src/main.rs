//! Lesson 1: a client that gets the whole reply, or says why not.

mod args;

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::process::ExitCode;

use args::Args;
use common::{Explain, Failure, Limited, cannot_connect, exit, for_output, say};

/// The longest reply, in bytes, that the client takes. A server must not be able to fill
/// its memory.
const MAX_REPLY: u64 = 4 << 20;

// `main` only turns the outcome into an exit code; what can fail is in `run`.
fn main() -> ExitCode {
    exit(run(&args::parse()))
}

// ANCHOR: run
fn run(args: &Args) -> Result<(), Failure> {
    let (server, encoding) = (args.address, args.encoding);
    let message = encoding.encode(&args.message).map_err(|missing| {
        Failure::new(
            "cannot encode the message",
            format!("{encoding} has no '{missing}'"),
        )
    })?;

    // socket and connect in one call. It returns when the server's *kernel* has agreed.
    let connection = TcpStream::connect_timeout(&server, args.time_limit)
        .map_err(cannot_connect(server))?;
    let mut conversation = Limited::new(&connection, args.time_limit);

    // write may take only a part of the bytes; write_all goes on until all are taken.
    conversation.write_all(&message).explain(format!("cannot send to {server}"))?;
    // Close the sending side (a half-close): now the server can know that this was all.
    // After a reset there's nothing left to close; the read below reports that.
    let _ = connection.shutdown(Shutdown::Write);

    // read returns what has arrived so far. Only the end of the stream, 0 bytes, tells
    // that nothing is missing.
    let mut reply = Vec::new();
    let outcome = conversation.take(MAX_REPLY + 1).read_to_end(&mut reply);
    let length = reply.len();
    outcome.explain(format!("the reply of {server} was cut off after {length} bytes"))?;
    if length as u64 > MAX_REPLY {
        let what = format!("the reply of {server} is not read to its end");
        return Err(Failure::new(what, format!("it is longer than {MAX_REPLY} bytes")));
    }
    if length == 0 {
        let why = "it finished without sending a byte";
        return Err(Failure::new(format!("no reply from {server}"), why));
    }

    // Decode once, at the end: a chunk may end in the middle of a character.
    let text = encoding.decode(&reply).map_err(|why| {
        Failure::new(format!("the reply of {server} is not text in {encoding}"), why)
            .advise("both sides must use the same encoding: see --encoding")
    })?;
    // The server chose the text: a terminal gets no control characters of it.
    say!("{}", for_output(&text))
}
// ANCHOR_END: run
