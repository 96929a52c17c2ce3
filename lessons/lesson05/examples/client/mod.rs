//! A right client of exercise 5, in parts for the wrong answers that get one of them wrong.

#![allow(dead_code, reason = "each of them uses its part")]

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::LazyLock;
use std::thread;
use std::time::{Duration, Instant};

use common::{Explain, Failure, Limited, cannot_connect, say};
use lesson05::{echo_arguments, fill_from, in_place};

/// The size of a chunk that is written or read, in bytes.
pub const CHUNK: usize = 64 << 10;

/// When the program began: the limit is for connecting as well.
static START: LazyLock<Instant> = LazyLock::new(Instant::now);

/// The whole client, with another limit where the command line gives none.
pub fn run_by_default(about: &str, default: Duration) -> Result<(), Failure> {
    let (arguments, length) = echo_arguments(about);
    let is_given = std::env::args().any(|it| it == "--time-limit");
    let limit = if is_given { arguments.time_limit } else { default };
    let connection = connect(arguments.address, limit)?;
    converse(&connection, limit, length)
}

pub fn connect(server: SocketAddr, limit: Duration) -> Result<TcpStream, Failure> {
    LazyLock::force(&START);
    TcpStream::connect_timeout(&server, limit).map_err(cannot_connect(server))
}

/// Sends the message and compares the echo, as the solution does.
pub fn converse(
    connection: &TcpStream,
    limit: Duration,
    length: usize,
) -> Result<(), Failure> {
    let limit = limit.saturating_sub(START.elapsed());
    let mut sender = Limited::new(connection, limit);
    let mut receiver = Limited::new(connection, limit);
    thread::scope(|scope| {
        let sending = scope.spawn(|| {
            send(&mut sender, length)?;
            connection.shutdown(Shutdown::Write).explain("cannot end the message")
        });
        let received = receive(&mut receiver, length);
        if received.is_err() {
            let _ = connection.shutdown(Shutdown::Both);
        }
        let sent = sending.join().expect("the sender does not panic");
        received.and(sent)
    })?;
    say!("echoed {length} bytes, each in its place")
}

pub fn send(sender: &mut dyn Write, length: usize) -> Result<(), Failure> {
    let mut chunk = vec![0; CHUNK];
    for place in (0..length).step_by(CHUNK) {
        let count = CHUNK.min(length - place);
        fill_from(place, &mut chunk[..count]);
        sender.write_all(&chunk[..count]).explain("cannot send")?;
    }
    Ok(())
}

pub fn receive(receiver: &mut dyn Read, length: usize) -> Result<(), Failure> {
    receive_with(receiver, length, in_place)
}

/// The same with a comparison of one's own for each chunk, which begins at this place.
pub fn receive_with(
    receiver: &mut dyn Read,
    length: usize,
    mut compare: impl FnMut(usize, &[u8]) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut chunk = vec![0; CHUNK];
    let mut received = 0;
    loop {
        match receiver.read(&mut chunk).explain("the echo broke off")? {
            0 if received == length => return Ok(()),
            0 => {
                return Err(Failure::new(
                    "the echo broke off",
                    "the server finished sending",
                ));
            }
            count if received + count > length => {
                return Err(Failure::new("the echo does not end", "more than was sent"));
            }
            count => {
                compare(received, &chunk[..count])?;
                received += count;
            }
        }
    }
}

/// The bytes of the echo, and not its end.
pub fn receive_bytes(receiver: &mut dyn Read, length: usize) -> Result<(), Failure> {
    let (mut chunk, mut received) = (vec![0; CHUNK], 0);
    while received < length {
        match receiver.read(&mut chunk).explain("the echo broke off")? {
            0 => return Err(Failure::new("the echo broke off", "it ended")),
            count if received + count > length => {
                return Err(Failure::new("the echo does not end", "more than was sent"));
            }
            count => {
                in_place(received, &chunk[..count])?;
                received += count;
            }
        }
    }
    Ok(())
}
