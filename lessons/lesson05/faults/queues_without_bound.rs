//! A queue stands between who makes the pieces and who sends them, and nothing bounds it. It takes all of
//! the message at once, whatever the server reads: no flow control reaches the one who fills it.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::process::ExitCode;
use std::sync::mpsc;
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
    let (arguments, length) = echo_arguments("Exercise 5: a queue without bound");
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

/// Makes the pieces in a thread of its own, and sends what is in the queue.
fn send(mut sender: Limited<'_>, length: usize) -> Result<(), Failure> {
    // BUG: `sync_channel(4)` would make the other thread wait.
    let (queue, pieces) = mpsc::channel();
    thread::spawn(move || {
        for place in (0..length).step_by(PIECE) {
            let mut piece = vec![0; PIECE.min(length - place)];
            fill_from(place, &mut piece);
            if queue.send(piece).is_err() {
                return;
            }
        }
    });
    for piece in pieces {
        sender.write_all(&piece).explain("cannot send")?;
    }
    Ok(())
}

/// Compares each piece as it comes, and keeps none.
fn receive(mut receiver: Limited<'_>, length: usize) -> Result<(), Failure> {
    let mut piece = vec![0; PIECE];
    let mut received = 0;
    loop {
        let broke_off = format!("the echo broke off after {received} of {length} bytes");
        match receiver.read(&mut piece).explain(&broke_off)? {
            0 if received == length => return Ok(()),
            0 => return Err(Failure::new(broke_off, "the server ended its side")),
            count if received + count > length => {
                let why = format!("more than the {length} bytes that were sent");
                return Err(Failure::new("the echo does not end", why));
            }
            count => {
                in_place(received, &piece[..count])?;
                received += count;
            }
        }
    }
}
