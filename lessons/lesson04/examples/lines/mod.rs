//! A right answer to exercise 4, in parts, for wrong answers that get one part wrong.

#![allow(dead_code, reason = "each program takes what it doesn't get wrong")]

use std::io::{BufRead, BufReader, Read, Write};

use common::{Explain, Failure, REPLY};

use crate::converse::set_options;
use crate::server::{Client, Outcome};

/// The longest line, in bytes, without its end.
const MAX_LINE: usize = 64 << 10;

/// Answers each line, until the client finishes sending or the server stops.
pub fn answer_lines(client: &Client) -> Outcome {
    set_options(client).explain(format!("lost {}", client.address))?;
    let mut reader = BufReader::new(&*client.connection);
    let mut line = Vec::new();
    while next_line(client, &mut reader, &mut line)? {
        answer(client, text_of(client, &line)?)?;
    }
    Ok("it finished sending")
}

/// Reads a line, with its end if it has one. `false`: there is none any more.
pub fn next_line(
    client: &Client,
    reader: &mut impl BufRead,
    line: &mut Vec<u8>,
) -> Result<bool, Failure> {
    line.clear();
    let mut bounded = reader.take(MAX_LINE as u64 + 1);
    bounded.read_until(b'\n', line).explain(format!("lost {}", client.address))?;
    too_long(client, line.len() - usize::from(line.ends_with(b"\n")))?;
    // A line without an end was cut off if the server is stopping.
    Ok(!line.is_empty() && (line.ends_with(b"\n") || !client.server.is_stopping()))
}

/// The line's text, without its end.
pub fn text_of<'a>(client: &Client, line: &'a [u8]) -> Result<&'a str, Failure> {
    let text = str::from_utf8(line.strip_suffix(b"\n").unwrap_or(line));
    text.map_err(|why| {
        Failure::new(format!("what {} sends is not text", client.address), why)
    })
}

/// Refuses a line of so many bytes, without its end, if they are too many.
pub fn too_long(client: &Client, length: usize) -> Result<(), Failure> {
    if length <= MAX_LINE {
        return Ok(());
    }
    let what = format!("a line of {} is refused", client.address);
    Err(Failure::new(what, format!("it is longer than {MAX_LINE} bytes")))
}

pub fn answer(client: &Client, text: &str) -> Result<(), Failure> {
    answer_bytes(client, text.as_bytes())
}

pub fn answer_bytes(client: &Client, text: &[u8]) -> Result<(), Failure> {
    let reply = [REPLY.as_bytes(), b" ", text, b"\n"].concat();
    let mut connection = &*client.connection;
    connection.write_all(&reply).explain(format!("lost {}", client.address))
}
