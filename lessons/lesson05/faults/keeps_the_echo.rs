//! The echo is collected, and compared when it is whole. The longer the message, the more memory.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::process::ExitCode;
use std::thread;
use std::time::Instant;

use common::{Explain, Failure, Limited, cannot_connect, exit, say};
use lesson05::{echo_arguments, fill_from, in_place};

/// How much is written or read at once.
const PIECE: usize = 64 << 10;

fn main() -> ExitCode {
    exit(run())
}

fn run() -> Result<(), Failure> {
    let (arguments, length) = echo_arguments("Exercise 5: keep the echo");
    let (server, start) = (arguments.address, Instant::now());
    let connection = TcpStream::connect_timeout(&server, arguments.time_limit)
        .map_err(cannot_connect(server))?;
    // Two threads use the connection, each in its own direction, and share one time limit.
    let limit = arguments.time_limit.saturating_sub(start.elapsed());
    let (sender, receiver) = (Limited::new(&connection, limit), Limited::new(&connection, limit));

    thread::scope(|scope| {
        let sending = scope.spawn(|| {
            send(sender, length)?;
            // Now the server can know that this was all, and can end its side too.
            connection.shutdown(Shutdown::Write).explain("cannot end the message")
        });
        let received = receive(receiver, length);
        if received.is_err() {
            // Nobody reads any more, so the sender may be stuck: this wakes it.
            let _ = connection.shutdown(Shutdown::Both);
        }
        let sent = sending.join().expect("the sender does not panic");
        received.and(sent)
    })?;
    say!("echoed {length} bytes, each in its place")
}

/// Makes each piece when there is room for it: `write_all` waits while the buffers are full.
fn send(mut sender: Limited<'_>, length: usize) -> Result<(), Failure> {
    let mut piece = vec![0; PIECE];
    let mut sent = 0;
    while sent < length {
        let count = PIECE.min(length - sent);
        fill_from(sent, &mut piece[..count]);
        sender.write_all(&piece[..count]).explain(format!("cannot send after {sent} bytes"))?;
        sent += count;
    }
    Ok(())
}

/// Collects the echo, then compares it.
fn receive(mut receiver: Limited<'_>, length: usize) -> Result<(), Failure> {
    let mut piece = vec![0; PIECE];
    let mut echo = Vec::new();
    loop {
        let received = echo.len();
        let broke_off = format!("the echo broke off after {received} of {length} bytes");
        match receiver.read(&mut piece).explain(&broke_off)? {
            0 if received == length => return in_place(0, &echo),
            0 => return Err(Failure::new(broke_off, "the server ended its side")),
            count if received + count > length => {
                let why = format!("more than the {length} bytes that were sent");
                return Err(Failure::new("the echo does not end", why));
            }
            // BUG: nothing bounds this, and only the length of a piece is of use.
            count => echo.extend_from_slice(&piece[..count]),
        }
    }
}
