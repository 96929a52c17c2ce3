//! Exercise 1, one good answer: read to the end of the stream, then decode.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use common::{Arguments, Explain, Failure, GREETING, cannot_connect, exit, say};

/// The longest reply, in bytes: a server that never stops must not fill the memory.
const MAX_REPLY: usize = 4 << 20;

fn main() -> ExitCode {
    exit(run(&Arguments::parse("Exercise 1: a client that gets the whole reply")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let server = arguments.address;
    let end = Instant::now() + arguments.time_limit;
    let mut connection = TcpStream::connect_timeout(&server, arguments.time_limit)
        .map_err(cannot_connect(server))?;

    connection
        .set_write_timeout(Some(left_until(end)?))
        .explain("cannot set a time limit")?;
    connection
        .write_all(GREETING.as_bytes())
        .explain(format!("cannot send to {server}"))?;
    // Half-close, so that the server knows this was all. After a reset this fails, and
    // then the read below reports the reset.
    let _ = connection.shutdown(Shutdown::Write);

    let mut reply = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        // A socket's timeout is for one call, so each call gets only the time left.
        connection
            .set_read_timeout(Some(left_until(end)?))
            .explain("cannot set a time limit")?;
        // 0 bytes mean the end of the stream. After an error, the reply is incomplete.
        match connection.read(&mut chunk) {
            Ok(0) => break,
            Ok(count) => reply.extend_from_slice(&chunk[..count]),
            // After Ctrl-Z and `fg`, a read with a timeout fails instead of going on
            // (signal(7)). The connection is fine.
            Err(why) if why.kind() == ErrorKind::Interrupted => {}
            Err(why) => {
                let count = reply.len();
                let broke_off =
                    format!("the reply of {server} broke off after {count} bytes");
                return Err(why).explain(broke_off);
            }
        }
        if reply.len() > MAX_REPLY {
            let why = format!("it is longer than {MAX_REPLY} bytes");
            return Err(Failure::new(format!("the reply of {server} is cut off"), why));
        }
    }
    if reply.is_empty() {
        let why = "it ended its side without sending a byte";
        return Err(Failure::new(format!("no reply from {server}"), why));
    }

    // Only the whole reply can be decoded: a chunk may end inside a character.
    let text = String::from_utf8(reply).map_err(|why| {
        Failure::new(format!("the reply of {server} is not text in UTF-8"), why)
    })?;
    say!("{text}")
}

/// The time left before the deadline. It's never zero, which a socket would refuse.
fn left_until(end: Instant) -> Result<Duration, Failure> {
    let left = end.saturating_duration_since(Instant::now());
    if left.is_zero() {
        Err(Failure::new("no whole reply", "timed out"))
    } else {
        Ok(left)
    }
}
