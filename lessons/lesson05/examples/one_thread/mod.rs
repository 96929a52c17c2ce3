//! What four wrong answers share: one thread and a non-blocking connection.
//!
//! Each has its own way to offer a chunk to the kernel, or to wait until there's
//! something to do.

use std::io::{ErrorKind, Read};
use std::net::{Shutdown, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use common::{Explain, Failure, cannot_connect, say};
use lesson05::{SMALL_BUFFER, echo_arguments, fill_from, in_place};
use socket2::SockRef;

/// The size of a chunk that is written or read, in bytes.
const CHUNK: usize = 16 << 10;

/// Sends the message and compares the echo, in one loop.
///
/// `offer` writes a chunk and returns how many of its bytes count as sent. `pause` is how
/// long the program waits when there's nothing to read.
pub fn run(
    about: &str,
    offer: fn(&mut TcpStream, &[u8]) -> Result<usize, Failure>,
    pause: Option<Duration>,
) -> Result<(), Failure> {
    let (arguments, length) = echo_arguments(about);
    let (server, start) = (arguments.address, Instant::now());
    let mut connection = TcpStream::connect_timeout(&server, arguments.time_limit)
        .map_err(cannot_connect(server))?;
    // The send buffer is small, so that it's soon full.
    SockRef::from(&connection)
        .set_send_buffer_size(SMALL_BUFFER)
        .explain("cannot set a size")?;
    connection
        .set_nonblocking(true)
        .explain("cannot make the connection non-blocking")?;

    let (mut input, mut output) = (vec![0; CHUNK], vec![0; CHUNK]);
    let (mut sent, mut received) = (0, 0);
    if length == 0 {
        connection.shutdown(Shutdown::Write).explain("cannot end the message")?;
    }
    while start.elapsed() < arguments.time_limit {
        if sent < length {
            let count = CHUNK.min(length - sent);
            fill_from(sent, &mut output[..count]);
            sent += offer(&mut connection, &output[..count])?;
            if sent == length {
                connection.shutdown(Shutdown::Write).explain("cannot end the message")?;
            }
        }
        match connection.read(&mut input) {
            Ok(0) if received == length => {
                return say!("echoed {length} bytes, each in its place");
            }
            Ok(0) => {
                return Err(Failure::new(
                    "the echo broke off",
                    "the server finished sending",
                ));
            }
            Ok(count) if received + count > length => {
                return Err(Failure::new("the echo does not end", "more than was sent"));
            }
            Ok(count) => {
                in_place(received, &input[..count])?;
                received += count;
            }
            Err(why) if why.kind() == ErrorKind::WouldBlock => {
                if let Some(time) = pause {
                    thread::sleep(time);
                }
            }
            Err(why) => return Err(why).explain("cannot read"),
        }
    }
    Err(Failure::new("no whole echo", "timed out"))
}
