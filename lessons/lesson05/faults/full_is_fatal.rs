//! One thread, non-blocking. WouldBlock says "not now"; here it is taken for a broken connection.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

use common::{Explain, Failure, cannot_connect, exit, say};
use lesson05::{SMALL_BUFFER, echo_arguments, fill_from, in_place};
use socket2::SockRef;

/// How much is written or read at once.
const PIECE: usize = 16 << 10;

fn main() -> ExitCode {
    exit(run())
}

fn run() -> Result<(), Failure> {
    let (arguments, length) = echo_arguments("Exercise 5: a full buffer is an error");
    let (server, start) = (arguments.address, Instant::now());
    let mut connection = TcpStream::connect_timeout(&server, arguments.time_limit)
        .map_err(cannot_connect(server))?;
    // Its own buffer is small, so that it is full at once.
    SockRef::from(&connection).set_send_buffer_size(SMALL_BUFFER).explain("cannot set a size")?;
    connection.set_nonblocking(true).explain("cannot make the connection non-blocking")?;

    let (mut input, mut output) = (vec![0; PIECE], vec![0; PIECE]);
    let (mut sent, mut received) = (0, 0);
    while start.elapsed() < arguments.time_limit {
        if sent < length {
            let count = PIECE.min(length - sent);
            fill_from(sent, &mut output[..count]);
            // BUG: a full buffer is no failure. There will be room when the server has read.
            sent += connection.write(&output[..count]).explain("cannot send")?;
            if sent == length {
                connection.shutdown(Shutdown::Write).explain("cannot end the message")?;
            }
        }
        match connection.read(&mut input) {
            Ok(0) if received == length => {
                return say!("echoed {length} bytes, each in its place");
            }
            Ok(0) => return Err(Failure::new("the echo broke off", "the server ended its side")),
            Ok(count) if received + count > length => {
                return Err(Failure::new("the echo does not end", "more than was sent"));
            }
            Ok(count) => {
                in_place(received, &input[..count])?;
                received += count;
            }
            Err(why) if why.kind() == ErrorKind::WouldBlock => {
                thread::sleep(Duration::from_millis(1));
            }
            Err(why) => return Err(why).explain("cannot read"),
        }
    }
    Err(Failure::new("no whole echo", "timed out"))
}
