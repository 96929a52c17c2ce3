//! One deadline for a whole conversation.

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// A connection with one deadline for everything that is read and written through it.
///
/// SO_RCVTIMEO and SO_SNDTIMEO (socket(7)) are timeouts of a single call: a peer that
/// sends a byte each second never trips them. So each call gets only the time that is
/// left until the deadline. A call that comes later fails with [`ErrorKind::TimedOut`].
// ANCHOR: limited
pub struct Limited<'a> {
    connection: &'a TcpStream,
    deadline: Instant,
}

impl Limited<'_> {
    pub fn new(connection: &TcpStream, limit: Duration) -> Limited<'_> {
        Limited { connection, deadline: Instant::now() + limit }
    }

    fn time_left(&self) -> io::Result<Duration> {
        let left = self.deadline.saturating_duration_since(Instant::now());
        if left.is_zero() { Err(ErrorKind::TimedOut.into()) } else { Ok(left) }
    }
}

impl Read for Limited<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            self.connection.set_read_timeout(Some(self.time_left()?))?;
            match self.connection.read(buffer) {
                // With a timeout set, Ctrl-Z and `fg` interrupt a read (signal(7)).
                Err(why) if why.kind() == ErrorKind::Interrupted => {}
                result => return result,
            }
        }
    }
}

impl Write for Limited<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.connection.set_write_timeout(Some(self.time_left()?))?;
        self.connection.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.connection.flush()
    }
}
// ANCHOR_END: limited
