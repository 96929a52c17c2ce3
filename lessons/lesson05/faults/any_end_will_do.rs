//! Whatever ends the reading is taken for the end of the echo: the end of the stream after half of it, and
//! a reset too.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::process::ExitCode;
use std::thread;
use std::time::Instant;

use common::{Explain, Failure, Limited, cannot_connect, exit, say, timed_out};
use lesson05::{echo_arguments, fill_from, in_place};

/// How much is written or read at once.
const PIECE: usize = 64 << 10;

fn main() -> ExitCode {
    exit(run())
}

fn run() -> Result<(), Failure> {
    let (arguments, length) = echo_arguments("Exercise 5: any end will do");
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

/// Compares each piece as it comes, and keeps none.
fn receive(mut receiver: Limited<'_>, length: usize) -> Result<(), Failure> {
    let mut piece = vec![0; PIECE];
    let mut received = 0;
    // BUG: the end of the stream may be early, and an error is no end at all. Only the time counts.
    loop {
        match receiver.read(&mut piece) {
            Err(why) if timed_out(&why) => return Err(why).explain("no whole echo"),
            Ok(0) | Err(_) => return Ok(()),
            Ok(count) if received + count > length => {
                return Err(Failure::new("the echo does not end", "more than was sent"));
            }
            Ok(count) => {
                in_place(received, &piece[..count])?;
                received += count;
            }
        }
    }
}
