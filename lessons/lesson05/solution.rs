//! Exercise 5, one good answer: one thread sends, the other compares, and neither keeps
//! what it is done with.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::process::ExitCode;
use std::thread;
use std::time::Instant;

use common::{Explain, Failure, Limited, cannot_connect, exit, say};
use lesson05::{echo_arguments, fill_from, in_place};

/// How much is written or read in one call.
pub const CHUNK: usize = 64 << 10;

fn main() -> ExitCode {
    exit(run(send, receive))
}

/// The two directions are arguments only for the sake of the wrong answers in
/// `examples/`: they take this file as a module, and exchange what they get wrong.
pub fn run(
    send: fn(&mut dyn Write, usize) -> Result<(), Failure>,
    receive: fn(&mut dyn Read, usize) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let (arguments, length) =
        echo_arguments("Exercise 5: an echo of any length, in little memory");
    let (server, start) = (arguments.address, Instant::now());
    let connection = TcpStream::connect_timeout(&server, arguments.time_limit)
        .map_err(cannot_connect(server))?;
    // Two threads use the connection, each in its own direction, and share one deadline.
    let limit = arguments.time_limit.saturating_sub(start.elapsed());
    let mut sender = Limited::new(&connection, limit);
    let mut receiver = Limited::new(&connection, limit);

    thread::scope(|scope| {
        let sending = scope.spawn(|| {
            send(&mut sender, length)?;
            // Now the server can know that this was all, and can finish as well.
            connection.shutdown(Shutdown::Write).explain("cannot end the message")
        });
        let received = receive(&mut receiver, length);
        if received.is_err() {
            // Nobody reads any more, so the sender may be stuck: this wakes it.
            let _ = connection.shutdown(Shutdown::Both);
        }
        let sent = sending.join().expect("the sender does not panic");
        received.and(sent)
    })?;
    say!("echoed {length} bytes, each in its place")
}

/// Makes each chunk when there is room for it: `write_all` waits while the buffers are
/// full.
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

/// Compares each chunk as it comes, and keeps none.
pub fn receive(receiver: &mut dyn Read, length: usize) -> Result<(), Failure> {
    let mut chunk = vec![0; CHUNK];
    let mut received = 0;
    loop {
        let cut_off = format!("the echo was cut off after {received} of {length} bytes");
        match receiver.read(&mut chunk).explain(&cut_off)? {
            0 if received == length => return Ok(()),
            0 => return Err(Failure::new(cut_off, "the server finished sending")),
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
