//! The conversation with one client. Lesson 3 has the same one, on a listener made in
//! another way.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::Duration;

use common::{Explain, Failure, Limited, REPLY, say, timed_out};

/// The longest message, in bytes, that the server takes. A client must not be able to
/// fill its memory.
pub const MAX_MESSAGE: u64 = 4 << 20;

/// Reads a message, replies, and closes so that the whole reply arrives.
///
/// # Errors
///
/// A client that resets the connection, sends nothing, sends nothing for longer than
/// `limit`, sends more than [`MAX_MESSAGE`] bytes, or sends bytes that are not UTF-8.
// ANCHOR: serve
pub fn serve(
    connection: &TcpStream,
    client: SocketAddr,
    limit: Duration,
) -> Result<(), Failure> {
    let cannot_read = format!("cannot read from {client}");
    let mut conversation = Limited::new(connection, limit);

    // read returns as soon as *something* has arrived: the message, or a first chunk.
    let mut first = [0; 1024];
    let count = conversation.read(&mut first).explain(&cannot_read)?;
    if count == 0 {
        let why = "it finished without sending a byte";
        return Err(Failure::new(format!("no message from {client}"), why));
    }

    // The tutorial's client waits for the reply now, so don't wait for the message's end.
    let cannot_reply = format!("cannot reply to {client}");
    conversation.write_all(REPLY.as_bytes()).explain(cannot_reply)?;
    // Close the sending side (a half-close): the client reads the reply and then 0 bytes,
    // and knows that it has everything. After a reset there's nothing left to close; the
    // read below reports that.
    let _ = connection.shutdown(Shutdown::Write);

    // Read on until the client finishes sending. Only that tells that the message is
    // whole; and a socket that is closed with unread bytes sends a reset, which can
    // destroy the reply.
    let mut message = first[..count].to_vec();
    // With the first chunk, this can be more than the longest message: so it's too long.
    match conversation.take(MAX_MESSAGE).read_to_end(&mut message) {
        Err(why) if timed_out(&why) => {
            say!("{client} keeps its side open; closing anyway")?
        }
        result => drop(result.explain(&cannot_read)?),
    }
    if message.len() as u64 > MAX_MESSAGE {
        let what = format!("the message of {client} is not read to its end");
        return Err(Failure::new(what, format!("it is longer than {MAX_MESSAGE} bytes")));
    }

    let text = String::from_utf8(message).map_err(|why| {
        let what = format!("the message of {client} is not text in UTF-8");
        Failure::new(what, why.utf8_error())
            .advise("the client may use another encoding: both sides must agree on one")
    })?;
    // Quoted, with escapes: every byte is visible, and none can trick the terminal.
    say!("{client} sent {} bytes: {text:?}", text.len())
}
// ANCHOR_END: serve
