//! The program writes a chunk, reads its echo, and goes on with the next one.
//!
//! A server that reads everything before it answers never sends the first echo.
//!
//! Instead of: exercise05
//! Fails: notices_an_early_end, notices_bytes_out_of_place, notices_a_wrong_byte,
//!   notices_bytes_too_many, notices_a_reset, sends_every_byte_once
//! Judged only on these.

mod client;

use std::io::{Read, Write};
use std::net::Shutdown;
use std::process::ExitCode;

use common::{Explain, Failure, Limited, exit, say};
use lesson05::{echo_arguments, fill_from, in_place};

fn main() -> ExitCode {
    exit(run())
}

fn run() -> Result<(), Failure> {
    let (arguments, length) = echo_arguments("Exercise 5: chunk by chunk");
    let limit = arguments.time_limit;
    let stream = client::connect(arguments.address, limit)?;
    let mut connection = Limited::new(&stream, limit);
    let (mut chunk, mut echo) = (vec![0; client::CHUNK], vec![0; client::CHUNK]);
    for place in (0..length).step_by(client::CHUNK) {
        let count = client::CHUNK.min(length - place);
        fill_from(place, &mut chunk[..count]);
        connection.write_all(&chunk[..count]).explain("cannot send")?;
        if place + count == length {
            stream.shutdown(Shutdown::Write).explain("cannot end the message")?;
        }
        // BUG: the echo of this chunk may come much later.
        connection.read_exact(&mut echo[..count]).explain("the echo broke off")?;
        in_place(place, &echo[..count])?;
    }
    if length == 0 {
        stream.shutdown(Shutdown::Write).explain("cannot end the message")?;
    }
    match connection.read(&mut echo).explain("the echo does not end")? {
        0 => say!("echoed {length} bytes, each in its place"),
        _ => Err(Failure::new("the echo does not end", "more than was sent")),
    }
}
