//! What the wrong programs of exercise 1 do right.

#![allow(dead_code, reason = "each of them does something of this in its own, wrong way")]

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use common::{Arguments, Explain, Failure, GREETING, Limited, cannot_connect, say};

pub const MAX_REPLY: usize = 16 << 20;

/// When the program began: the limit is for connecting as well.
static START: LazyLock<Instant> = LazyLock::new(Instant::now);

pub fn time_left(arguments: &Arguments) -> Duration {
    arguments.time_limit.saturating_sub(START.elapsed())
}

/// Connects, sends the message and finishes sending.
pub fn greet(arguments: &Arguments) -> Result<TcpStream, Failure> {
    let server = arguments.address;
    let connection = TcpStream::connect_timeout(&server, time_left(arguments))
        .map_err(cannot_connect(server))?;
    let mut conversation = Limited::new(&connection, time_left(arguments));
    conversation.write_all(GREETING.as_bytes()).explain("cannot send")?;
    let _ = connection.shutdown(Shutdown::Write);
    Ok(connection)
}

/// The four bytes in front, as a number that is not too large.
pub fn read_length(from: &mut impl Read) -> Result<usize, Failure> {
    let mut length = [0; 4];
    from.read_exact(&mut length).explain("the length was cut off")?;
    let length = u32::from_be_bytes(length) as usize;
    if length > MAX_REPLY {
        let why = format!("{length} bytes are too many");
        return Err(Failure::new("the reply is refused", why));
    }
    Ok(length)
}

pub fn read_text(from: &mut impl Read, length: usize) -> Result<Vec<u8>, Failure> {
    let mut text = vec![0; length];
    from.read_exact(&mut text).explain("the text was cut off")?;
    Ok(text)
}

pub fn read_frame(from: &mut impl Read) -> Result<Vec<u8>, Failure> {
    let length = read_length(from)?;
    read_text(from, length)
}

pub fn decode(text: Vec<u8>) -> Result<String, Failure> {
    String::from_utf8(text)
        .map_err(|why| Failure::new("the reply is not text in UTF-8", why))
}

/// The whole right client.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let connection = greet(arguments)?;
    let reply = read_frame(&mut Limited::new(&connection, time_left(arguments)))?;
    say!("{}", decode(reply)?)
}
