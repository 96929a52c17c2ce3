//! Exercise 4's conversation in parts, so that each of its wrong answers gets only one of them wrong.

use std::io::{BufRead, BufReader, Read, Write};

use common::{Explain, Failure, REPLY};

use crate::clients::Client;
use crate::converse::{Farewell, prepare};

/// The longest line, in bytes, without its end.
const MAX_LINE: usize = 64 << 10;

/// Answers every line, until the client ends its side or the server stops.
///
/// # Errors
///
/// The connection breaks off, or the client sends a line that is too long or not text.
pub fn answer_lines(client: &Client) -> Result<Farewell, Failure> {
    prepare(client).explain(format!("lost {}", client.address))?;
    let mut reader = BufReader::new(client.connection());
    let mut line = Vec::new();
    while next_line(client, &mut reader, &mut line)? {
        answer(client, text_of(client, &line)?)?;
    }
    Ok(if client.server_stops() { Farewell::ServerStops } else { Farewell::EndedItsSide })
}

/// Reads a line, with its end if it has one. `false`: there is none any more.
///
/// # Errors
///
/// The connection breaks off, or the line is too long.
pub fn next_line(
    client: &Client,
    reader: &mut impl BufRead,
    line: &mut Vec<u8>,
) -> Result<bool, Failure> {
    line.clear();
    let mut bounded = reader.take(MAX_LINE as u64 + 1);
    bounded.read_until(b'\n', line).explain(format!("lost {}", client.address))?;
    if line.len() > MAX_LINE && !line.ends_with(b"\n") {
        let what = format!("a line of {} is refused", client.address);
        return Err(Failure::new(what, format!("it is longer than {MAX_LINE} bytes")));
    }
    // When the server stops, what has no end yet was cut off by that.
    Ok(!line.is_empty() && (line.ends_with(b"\n") || !client.server_stops()))
}

/// The line's text, without its end.
///
/// # Errors
///
/// It is not UTF-8.
pub fn text_of<'a>(client: &Client, line: &'a [u8]) -> Result<&'a str, Failure> {
    let text = str::from_utf8(line.strip_suffix(b"\n").unwrap_or(line));
    text.map_err(|why| Failure::new(format!("what {} sends is not text", client.address), why))
}

/// # Errors
///
/// The connection breaks off.
pub fn answer(client: &Client, text: &str) -> Result<(), Failure> {
    let reply = format!("{REPLY} {text}\n");
    client.connection().write_all(reply.as_bytes()).explain(format!("lost {}", client.address))
}
