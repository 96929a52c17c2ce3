//! Each read and each write has the whole time limit for itself: a server that sends a little now and then
//! holds the client for ever.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::process::ExitCode;
use std::thread;

use common::{Explain, Failure, cannot_connect, exit, say};
use lesson05::{echo_arguments, fill_from, in_place};

/// How much is written or read at once.
const PIECE: usize = 64 << 10;

fn main() -> ExitCode {
    exit(run())
}

fn run() -> Result<(), Failure> {
    let (arguments, length) = echo_arguments("Exercise 5: a time limit for each call");
    let server = arguments.address;
    let connection = TcpStream::connect_timeout(&server, arguments.time_limit)
        .map_err(cannot_connect(server))?;
    // BUG: a socket's time-out begins anew with each call.
    let limit = Some(arguments.time_limit);
    connection.set_read_timeout(limit).explain("cannot set a time limit")?;
    connection.set_write_timeout(limit).explain("cannot set a time limit")?;

    thread::scope(|scope| {
        let sending = scope.spawn(|| {
            send(&connection, length)?;
            // Now the server can know that this was all, and can end its side too.
            connection.shutdown(Shutdown::Write).explain("cannot end the message")
        });
        let received = receive(&connection, length);
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
fn send(mut sender: &TcpStream, length: usize) -> Result<(), Failure> {
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
fn receive(mut receiver: &TcpStream, length: usize) -> Result<(), Failure> {
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
