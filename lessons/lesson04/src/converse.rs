//! The conversation with one client.

use std::fmt::{self, Display};
use std::io::{self, ErrorKind, Read, Write};
use std::thread;

use common::{Decoder, Explain, Failure, Undecodable, timed_out};

use crate::clients::Client;
use crate::log::Count;

/// How a conversation ended in good order.
pub enum Farewell {
    EndedItsSide,
    Idle,
    ServerStops,
}

/// Replies to every piece of text as it arrives, until the client ends its side.
///
/// # Errors
///
/// The connection breaks off, or what the client sends is not text in the encoding agreed on.
// ANCHOR: converse
pub fn converse(client: &Client) -> Result<Farewell, Failure> {
    prepare(client).explain(format!("lost {}", client.address))?;
    let mut connection = client.connection();
    let mut buffer = [0; 1024];
    let mut decoder = Decoder::new(client.settings().encoding);
    let mut text = String::new();
    loop {
        // read returns what has arrived: a whole message, a part of one, or several at once.
        let count = match connection.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => count,
            // With a time limit set, a signal such as Ctrl-C interrupts a read (signal(7)).
            Err(why) if why.kind() == ErrorKind::Interrupted => continue,
            Err(why) => return gone(client, why),
        };
        // A piece may end inside a character. The decoder keeps the first half for the next piece.
        text.clear();
        decoder.decode_into(&buffer[..count], &mut text).map_err(|why| not_text(client, why))?;
        client.log(format_args!("sent {}: {text:?}", Count(count, "byte")));

        if let Some(time) = client.settings().work {
            thread::sleep(time);
        }
        if let Err(why) = connection.write_all(client.reply()) {
            return gone(client, why);
        }
        if client.server_stops() {
            return Ok(Farewell::ServerStops);
        }
    }
    // 0 bytes are the end of the stream: the client ended its side, unless we stop and ended it.
    if client.server_stops() {
        return Ok(Farewell::ServerStops);
    }
    decoder.finish().map_err(|why| not_text(client, why))?;
    Ok(Farewell::EndedItsSide)
}
// ANCHOR_END: converse

/// Sets how long each read and write may take, and that replies are sent at once.
///
/// # Errors
///
/// The system refuses an option: on some, because the client has already gone.
// ANCHOR: prepare
pub fn prepare(client: &Client) -> io::Result<()> {
    let connection = client.connection();
    let limit = Some(client.settings().idle_limit);
    // Without limits, a client that goes silent, or never reads, would keep its thread for ever.
    connection.set_read_timeout(limit)?;
    connection.set_write_timeout(limit)?;
    // The kernel holds a small packet back while an earlier one is unacknowledged: Nagle's algorithm
    // (RFC 9293 §3.7.4). Each of our replies is small and complete, so send it at once.
    connection.set_nodelay(true)
}
// ANCHOR_END: prepare

/// What a failed read or write means: the client was idle for too long, or the connection is lost.
///
/// # Errors
///
/// The connection is lost.
pub fn gone(client: &Client, why: io::Error) -> Result<Farewell, Failure> {
    match timed_out(&why) {
        true => Ok(Farewell::Idle),
        false => Err(why).explain(format!("lost {}", client.address)),
    }
}

/// What to say when the bytes are not text.
pub fn not_text(client: &Client, why: Undecodable) -> Failure {
    Failure::new(format!("what {} sends is not text", client.address), why)
        .advise("both sides must use the same encoding: see --encoding")
}

impl Display for Farewell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Farewell::EndedItsSide => "it ended its side",
            Farewell::Idle => "it said nothing, or read nothing, for too long",
            Farewell::ServerStops => "the server stops",
        })
    }
}
