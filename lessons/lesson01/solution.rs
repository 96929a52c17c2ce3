//! Exercise 1, one good answer: read four bytes, then as many as they announce.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use common::{Arguments, Explain, Failure, GREETING, cannot_connect, exit, say};

/// The longest reply, in bytes: a server must not be able to fill the memory.
const MAX_REPLY: usize = 16 << 20;

fn main() -> ExitCode {
    exit(run(&Arguments::parse(
        "Exercise 1: a client for replies with a length in front",
    )))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let server = arguments.address;
    let deadline = Instant::now() + arguments.time_limit;
    let mut connection = TcpStream::connect_timeout(&server, arguments.time_limit)
        .map_err(cannot_connect(server))?;

    connection
        .set_write_timeout(Some(time_left(server, deadline)?))
        .explain("cannot set a timeout")?;
    connection
        .write_all(GREETING.as_bytes())
        .explain(format!("cannot send to {server}"))?;
    // Half-close, so that the server knows this was all. After a reset this fails, and
    // then the read below reports the reset.
    let _ = connection.shutdown(Shutdown::Write);

    let mut length = [0; 4];
    read_exactly(&mut connection, server, deadline, &mut length)?;
    let length = u32::from_be_bytes(length) as usize;
    // Before a byte of the text is read, and before there's room for it.
    if length > MAX_REPLY {
        let what = format!("the reply of {server} is refused");
        return Err(Failure::new(
            what,
            format!("{length} bytes are longer than {MAX_REPLY} bytes"),
        ));
    }
    let mut reply = vec![0; length];
    read_exactly(&mut connection, server, deadline, &mut reply)?;

    // Only the whole reply can be decoded: a chunk may end inside a character.
    let text = String::from_utf8(reply).map_err(|why| {
        Failure::new(format!("the reply of {server} is not text in UTF-8"), why)
    })?;
    say!("{text}")
}

/// Fills the buffer before the deadline. The end of the stream comes too early then,
/// however cleanly it comes.
fn read_exactly(
    connection: &mut TcpStream,
    server: SocketAddr,
    deadline: Instant,
    buffer: &mut [u8],
) -> Result<(), Failure> {
    let (mut count, all) = (0, buffer.len());
    while count < all {
        // A socket's timeout is for one call, so each call gets only the time left.
        connection
            .set_read_timeout(Some(time_left(server, deadline)?))
            .explain("cannot set a timeout")?;
        let why = match connection.read(&mut buffer[count..]) {
            Ok(0) => ErrorKind::UnexpectedEof.into(),
            Ok(more) => {
                count += more;
                continue;
            }
            // After Ctrl-Z and `fg`, a read with a timeout fails instead of going on
            // (signal(7)). The connection is fine.
            Err(why) if why.kind() == ErrorKind::Interrupted => continue,
            Err(why) => why,
        };
        let what =
            format!("the reply of {server} was cut off after {count} of {all} bytes");
        return Err(why).explain(what);
    }
    Ok(())
}

/// The time left before the deadline. It's never zero, which a socket would refuse.
fn time_left(server: SocketAddr, deadline: Instant) -> Result<Duration, Failure> {
    let left = deadline.saturating_duration_since(Instant::now());
    if left.is_zero() {
        Err(Failure::new(format!("no whole reply from {server}"), "timed out"))
    } else {
        Ok(left)
    }
}
