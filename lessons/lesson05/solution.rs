//! Exercise 5, one good answer: one thread sends, and the other compares the echo.
//!
//! Neither of them keeps a chunk after it's done with it.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::process::ExitCode;
use std::thread;
use std::time::Instant;

use common::{Explain, Failure, Limited, cannot_connect, exit, say};
use lesson05::{echo_arguments, fill_from, in_place};

/// The size of a chunk that is written or read, in bytes.
pub const CHUNK: usize = 64 << 10;

fn main() -> ExitCode {
    exit(run(send, receive))
}

/// Sends the message and checks the echo.
///
/// The two directions are arguments only for the wrong answers in `examples/`. They use
/// this file as a module and replace the part that they get wrong.
pub fn run(
    send: fn(&mut dyn Write, usize) -> Result<(), Failure>,
    receive: fn(&mut dyn Read, usize) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let (arguments, length) =
        echo_arguments("Exercise 5: an echo of any length, in little memory");
    let (server, start) = (arguments.address, Instant::now());
    let connection = TcpStream::connect_timeout(&server, arguments.time_limit)
        .map_err(cannot_connect(server))?;
    // Two threads use the connection, one for each direction, with the same deadline.
    let limit = arguments.time_limit.saturating_sub(start.elapsed());
    let mut sender = Limited::new(&connection, limit);
    let mut receiver = Limited::new(&connection, limit);

    thread::scope(|scope| {
        let sending = scope.spawn(|| {
            send(&mut sender, length)?;
            // Half-close, so that the server knows this was all and can finish its echo.
            connection.shutdown(Shutdown::Write).explain("cannot end the message")
        });
        let received = receive(&mut receiver, length);
        if received.is_err() {
            // The echo isn't read any more, so `send` may be stuck. This wakes it.
            let _ = connection.shutdown(Shutdown::Both);
        }
        let sent = sending.join().expect("the sender does not panic");
        received.and(sent)
    })?;
    say!("echoed {length} bytes, each in its place")
}

/// Makes a chunk only when the one before it is written. `write_all` waits while the
/// buffers are full.
pub fn send(sender: &mut dyn Write, length: usize) -> Result<(), Failure> {
    let mut chunk = vec![0; CHUNK];
    let mut sent = 0;
    while sent < length {
        let count = CHUNK.min(length - sent);
        fill_from(sent, &mut chunk[..count]);
        sender
            .write_all(&chunk[..count])
            .explain(format!("cannot send after {sent} bytes"))?;
        sent += count;
    }
    Ok(())
}

/// Compares each chunk as it arrives, and keeps none.
pub fn receive(receiver: &mut dyn Read, length: usize) -> Result<(), Failure> {
    let mut chunk = vec![0; CHUNK];
    let mut received = 0;
    loop {
        let broke_off = format!("the echo broke off after {received} of {length} bytes");
        match receiver.read(&mut chunk).explain(&broke_off)? {
            0 if received == length => return Ok(()),
            0 => return Err(Failure::new(broke_off, "the server finished sending")),
            count if received + count > length => {
                let why = format!("more than the {length} bytes that were sent");
                return Err(Failure::new("the echo does not end", why));
            }
            count => {
                in_place(received, &chunk[..count])?;
                received += count;
            }
        }
    }
}
