//! Exercise 1, one good answer: all bytes until the end of the stream, then text.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use common::{Arguments, Explain, Failure, GREETING, cannot_connect, exit, say};

/// The longest reply, in bytes. A server that sends without end must not fill the memory.
const MAX_REPLY: usize = 4 << 20;

fn main() -> ExitCode {
    exit(run(&Arguments::parse("Exercise 1: a client that gets the whole reply")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let server = arguments.address;
    let deadline = Instant::now() + arguments.time_limit;
    let mut connection = TcpStream::connect_timeout(&server, arguments.time_limit)
        .map_err(cannot_connect(server))?;

    connection
        .set_write_timeout(Some(left_until(deadline)?))
        .explain("cannot set a timeout")?;
    connection
        .write_all(GREETING.as_bytes())
        .explain(format!("cannot send to {server}"))?;
    // After a reset there's nothing left to close; the read below reports that.
    let _ = connection.shutdown(Shutdown::Write);

    let mut reply = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        // A socket's timeout is for one call: give each only the time that is left.
        connection
            .set_read_timeout(Some(left_until(deadline)?))
            .explain("cannot set a timeout")?;
        // 0 bytes: the end of the stream. An error is not the end of the reply.
        match connection.read(&mut chunk) {
            Ok(0) => break,
            Ok(count) => reply.extend_from_slice(&chunk[..count]),
            // Ctrl-Z and `fg`: a read with a timeout is not resumed (signal(7)).
            Err(why) if why.kind() == ErrorKind::Interrupted => {}
            Err(why) => {
                let count = reply.len();
                let cut_off =
                    format!("the reply of {server} was cut off after {count} bytes");
                return Err(why).explain(cut_off);
            }
        }
        if reply.len() > MAX_REPLY {
            let why = format!("it is longer than {MAX_REPLY} bytes");
            return Err(Failure::new(format!("the reply of {server} is cut off"), why));
        }
    }
    if reply.is_empty() {
        let why = "it finished without sending a byte";
        return Err(Failure::new(format!("no reply from {server}"), why));
    }

    // Only the whole is sure to end where a character ends.
    let text = String::from_utf8(reply).map_err(|why| {
        Failure::new(format!("the reply of {server} is not text in UTF-8"), why)
    })?;
    say!("{text}")
}

/// The time that is left until the deadline: never zero, which a socket would refuse.
fn left_until(deadline: Instant) -> Result<Duration, Failure> {
    let left = deadline.saturating_duration_since(Instant::now());
    if left.is_zero() {
        Err(Failure::new("no whole reply", "timed out"))
    } else {
        Ok(left)
    }
}
