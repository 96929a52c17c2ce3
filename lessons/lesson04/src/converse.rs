//! The conversation with one client.

use std::io::{self, ErrorKind, Read, Write};
use std::thread;

use common::{Decoder, Explain, Failure, REPLY, Undecodable, timed_out};

use crate::log::count;
use crate::server::{Client, Outcome};

/// Replies to each chunk of text as it arrives, until the client finishes sending.
// ANCHOR: converse
pub fn converse(client: &Client) -> Outcome {
    set_options(client).explain(format!("lost {}", client.address))?;
    let args = &client.server.args;
    let mut connection = &*client.connection;
    let reply = args.encoding.encode(REPLY).expect("both encodings have its characters");
    let mut decoder = Decoder::new(args.encoding);
    let mut buffer = [0; 1024];
    loop {
        // read returns what has arrived: a message, a part of one, or several at once.
        let length = match connection.read(&mut buffer) {
            Ok(0) => break,
            Ok(length) => length,
            // With a timeout set, a signal such as Ctrl-Z interrupts a read (signal(7)).
            Err(why) if why.kind() == ErrorKind::Interrupted => continue,
            Err(why) => return lost(client, why),
        };
        // A chunk may end inside a character. The decoder keeps its start for the next.
        let text = decoder.decode(&buffer[..length]);
        let text = text.map_err(|why| not_text(client, why))?;
        client.log(format_args!("sent {}: {text:?}", count(length, "byte")));

        // `--work`: pretend that the reply takes so long to work out.
        thread::sleep(args.work);
        if let Err(why) = connection.write_all(&reply) {
            return lost(client, why);
        }
        if client.server.is_stopping() {
            break;
        }
    }
    // A server that stops ends the stream itself, perhaps in the middle of a character.
    if client.server.is_stopping() {
        return Ok("the server stops");
    }
    decoder.finish().map_err(|why| not_text(client, why))?;
    Ok("it finished sending")
}

/// Sets how long each read and write may take, and has replies sent right away.
pub fn set_options(client: &Client) -> io::Result<()> {
    let limit = Some(client.server.args.idle_limit);
    // Without a timeout, a client that says nothing would keep its thread forever.
    client.connection.set_read_timeout(limit)?;
    client.connection.set_write_timeout(limit)?;
    // The kernel holds a small packet back while another is unacknowledged (Nagle's
    // algorithm, RFC 9293 §3.7.4). Each reply is small and complete: send it right away.
    client.connection.set_nodelay(true)
}
// ANCHOR_END: converse

/// What a failed read or write means: the client was idle for too long, or is lost.
pub fn lost(client: &Client, why: io::Error) -> Outcome {
    match timed_out(&why) {
        true => Ok("it said nothing, or read nothing, for too long"),
        false => Err(why).explain(format!("lost {}", client.address)),
    }
}

/// What to say when the client's bytes are not text.
pub fn not_text(client: &Client, why: Undecodable) -> Failure {
    Failure::new(format!("what {} sends is not text", client.address), why)
        .advise("both sides must use the same encoding: see --encoding")
}
