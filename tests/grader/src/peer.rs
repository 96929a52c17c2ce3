use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::check::{Broken, Outcome};
use crate::kernel;
use crate::show::{different, show};
use crate::spawn::{close, close_for_good};
use crate::trace::Trace;

#[cfg(test)]
mod tests;

/// More than this is not received to its end: a program may send for ever.
const MOST: usize = 64 << 20;

/// The check's own end of a connection with a program.
pub struct Peer {
    stream: TcpStream,
    name: String,
    trace: Trace,
}

impl Peer {
    pub(crate) fn new(stream: TcpStream, name: impl Into<String>, trace: &Trace) -> Peer {
        let name = name.into();
        if let Ok(local) = stream.local_addr() {
            trace.connected(local, &name);
        }
        Peer { stream, name, trace: trace.clone() }
    }

    /// The underlying connection, for experiments that need a call of its own.
    pub fn stream(&self) -> &TcpStream {
        &self.stream
    }

    /// This end's address: what the program sees as its peer.
    pub fn local(&self) -> SocketAddr {
        self.stream.local_addr().expect("a connected socket has an address")
    }

    /// The program's end.
    pub fn remote(&self) -> SocketAddr {
        self.stream.peer_addr().expect("a connected socket has a peer")
    }

    pub fn send(&mut self, bytes: impl AsRef<[u8]>) -> Outcome {
        let bytes = bytes.as_ref();
        self.trace.step(format!("{} sends {}", self.name, show(bytes)));
        let expected = "an open connection that takes the bytes";
        self.write(bytes).map_err(|why| Broken::new(expected, common::why(&why)))
    }

    /// Sends piece by piece, each when the program has read the one before, so that no read can take
    /// two of them; where the kernel does not say what has been read, one right after the other. An
    /// error if the program closes or breaks off the connection before the last piece.
    pub fn send_in_pieces<P: AsRef<[u8]>>(&mut self, pieces: &[P]) -> Outcome {
        let whole: Vec<u8> = pieces.iter().flat_map(|piece| piece.as_ref()).copied().collect();
        self.trace.step(format!(
            "{} sends {} in {} pieces, each when the one before has been read",
            self.name,
            show(&whole),
            pieces.len()
        ));
        let expected = "an open connection that takes the bytes";
        // Not `remote`, which is for connections that are whole: this program may have gone already.
        let peer = self.stream.peer_addr().map_err(|why| Broken::new(expected, why))?;
        for (number, piece) in pieces.iter().enumerate() {
            if number > 0 {
                self.all_is_read_by(peer)?;
            }
            let sent = self.write(piece.as_ref());
            sent.map_err(|why| Broken::new(expected, common::why(&why)))?;
        }
        Ok(())
    }

    /// Waits until the program has read all that was sent; where the kernel does not say so, it does
    /// not wait.
    pub fn has_been_read(&mut self) -> Outcome {
        self.trace.step(format!("what {} has sent has been read", self.name));
        let peer = self.stream.peer_addr();
        self.all_is_read_by(peer.map_err(|why| Broken::new("an open connection", why))?)
    }

    fn all_is_read_by(&self, peer: SocketAddr) -> Outcome {
        let local = self.local();
        // A socket that is not listed has gone, or this kernel lists none.
        let queued = |from, to, queue: fn(kernel::Socket) -> u64| {
            kernel::socket_between(from, to).map_or(0, queue)
        };
        self.trace.until(&"a program that reads what has come", || {
            // In this order: what has arrived, and is no longer there to be read, has been read.
            let on_its_way = queued(local, peer, |socket| socket.send_queue);
            let unread = queued(peer, local, |socket| socket.receive_queue);
            (on_its_way == 0 && unread == 0).then_some(())
        })
    }

    /// One read, for a check that names a longer exchange as one step. 0: the end of the stream.
    pub fn read_some(&mut self, buffer: &mut [u8], expected: &str) -> Outcome<usize> {
        self.read(buffer, &expected).map_err(|why| Broken::new(expected, why))
    }

    /// Writes all of it, for a check that names a longer exchange as one step.
    pub fn write_all(&mut self, bytes: &[u8], expected: &str) -> Outcome {
        self.write(bytes).map_err(|why| match common::timed_out(&why) {
            true => Broken::new(expected, "no room for more: the time was up"),
            false => Broken::new(expected, why),
        })
    }

    /// Ends this side's stream (half-close): the program reads 0 bytes after all that was sent.
    pub fn end(&mut self) -> Outcome {
        self.trace.step(format!("{} ends its side", self.name));
        self.stream.shutdown(Shutdown::Write).map_err(|why| Broken::new("an open connection", why))
    }

    /// Waits until something has arrived, and leaves it unread.
    pub fn has_unread_input(&mut self) -> Outcome {
        self.trace.step(format!("{} has unread input", self.name));
        let expected = "a byte that can be read";
        self.limit(&expected)?;
        match uninterrupted(|| self.stream.peek(&mut [0])) {
            Ok(0) => Err(Broken::new(expected, "the end of the stream")),
            Ok(_) => Ok(()),
            Err(why) => Err(Broken::new(expected, common::why(&why))),
        }
    }

    /// Demands these bytes next, whatever the pieces they come in.
    pub fn receives(&mut self, expected: impl AsRef<[u8]>) -> Outcome {
        let expected = expected.as_ref();
        self.trace.step(format!("{} receives {}", self.name, show(expected)));
        let mut got = vec![0; expected.len()];
        let mut count = 0;
        while count < got.len() {
            match self.read(&mut got[count..], &show(expected)) {
                Ok(0) => return Err(different(expected, &got[..count], "the end of the stream")),
                Ok(more) => count += more,
                Err(why) => return Err(different(expected, &got[..count], &why)),
            }
            if !expected.starts_with(&got[..count]) {
                return Err(different(expected, &got[..count], ""));
            }
        }
        Ok(())
    }

    /// Demands these bytes and then the end of the stream.
    pub fn receives_all(&mut self, expected: impl AsRef<[u8]>) -> Outcome {
        self.receives(expected)?;
        self.receives_end()
    }

    /// Demands that the program ends its side now, in good order.
    pub fn receives_end(&mut self) -> Outcome {
        self.trace.step(format!("{} receives the end of the stream", self.name));
        let expected = "the end of the stream (read returns 0)";
        let mut buffer = [0; 4096];
        match self.read(&mut buffer, &expected) {
            Ok(0) => Ok(()),
            Ok(count) => Err(Broken::new(expected, show(&buffer[..count]))),
            Err(why) if why == TIME_UP => Err(Broken::new(expected, format!("nothing: {why}"))),
            Err(why) => Err(Broken::new(expected, why)),
        }
    }

    /// All that comes until the end of the stream, which must come before [`MOST`] bytes.
    pub fn receives_to_end(&mut self) -> Outcome<Vec<u8>> {
        self.trace.step(format!("{} receives to the end of the stream", self.name));
        let expected = "bytes, then the end of the stream";
        let mut all = Vec::new();
        let mut buffer = vec![0; 64 << 10];
        loop {
            match self.read(&mut buffer, &expected) {
                Ok(0) => return Ok(all),
                Ok(_) if all.len() > MOST => {
                    return Err(Broken::new(expected, format!("{}, and no end", show(&all))));
                }
                Ok(count) => all.extend_from_slice(&buffer[..count]),
                Err(why) => {
                    return Err(Broken::new(expected, format!("{}, then: {why}", show(&all))));
                }
            }
        }
    }

    /// Demands that the connection ends without a byte for this side, in good order or by a reset.
    pub fn receives_no_reply(&mut self) -> Outcome {
        self.trace.step(format!("{} receives no reply, only the connection's end", self.name));
        let expected = "the end of the connection, without a reply";
        let mut buffer = [0; 4096];
        self.limit(&expected)?;
        match uninterrupted(|| self.stream.read(&mut buffer)) {
            Ok(0) => Ok(()),
            Ok(count) => Err(Broken::new(expected, show(&buffer[..count]))),
            Err(why) if broken_off(&why) => Ok(()),
            Err(why) if common::timed_out(&why) => {
                Err(Broken::new(expected, "nothing, and an open connection: the time was up"))
            }
            Err(why) => Err(Broken::new(expected, why)),
        }
    }

    /// Sends until the program breaks the connection off, which it must do before it has taken `most`
    /// bytes.
    pub fn sends_until_cut_off(&mut self, most: usize) -> Outcome {
        self.trace.step(format!("{} sends on and on, until it is cut off", self.name));
        let expected = "a closed connection after some of the bytes";
        let piece = [b'x'; 64 << 10];
        let mut sent = 0;
        while sent < most {
            self.limit(&expected)?;
            match uninterrupted(|| self.stream.write(&piece)) {
                Ok(count) => sent += count,
                Err(why) if broken_off(&why) => return Ok(()),
                Err(why) if common::timed_out(&why) => {
                    let got = format!("an open connection that takes no more after {sent} bytes");
                    return Err(Broken::new(expected, got));
                }
                Err(why) => return Err(Broken::new(expected, why)),
            }
        }
        Err(Broken::new(expected, format!("an open connection that took {sent} bytes")))
    }

    /// Demands that the connection is broken by a reset, or already was. Returns how many bytes could
    /// be read before.
    pub fn is_reset(&mut self) -> Outcome<usize> {
        self.trace.step(format!("{} is reset", self.name));
        let mut buffer = vec![0; 64 << 10];
        let mut received = 0;
        loop {
            self.limit(&"a reset")?;
            match uninterrupted(|| self.stream.read(&mut buffer)) {
                Ok(0) => {
                    return Err(Broken::new("a reset", "the end of the stream, in good order"));
                }
                Ok(count) => received += count,
                Err(why) if why.kind() == ErrorKind::ConnectionReset => return Ok(received),
                Err(why) => return Err(Broken::new("a reset", common::why(&why))),
            }
        }
    }

    /// Demands that nothing comes for this long. (A wait that proves silence, not readiness.)
    pub fn receives_nothing_for(&mut self, time: Duration) -> Outcome {
        const EXPECTED: &str = "silence, and an open connection";
        self.trace.step(format!("{} receives nothing for {time:?}", self.name));
        self.stream.set_read_timeout(Some(time)).expect("not zero");
        let mut bytes = [0; 64];
        match uninterrupted(|| self.stream.read(&mut bytes)) {
            Ok(0) => Err(Broken::new(EXPECTED, "the end of the stream")),
            Ok(count) => Err(Broken::new(EXPECTED, show(&bytes[..count]))),
            Err(why) if common::timed_out(&why) => Ok(()),
            Err(why) => Err(Broken::new(EXPECTED, why)),
        }
    }

    /// Begins a drip: a byte every 20 ms, until the connection ends or breaks. The thread returns the longest
    /// silence, which a busy machine can make long. The first begins at `since`, each other before a byte: what
    /// comes between a byte and the look at the clock is not missed.
    pub fn drips(&self, since: Instant) -> Outcome<JoinHandle<Duration>> {
        let stream = self.stream.try_clone().map_err(|why| Broken::new("a connection", why))?;
        Ok(thread::spawn(move || {
            let (mut before, mut longest_silence) = (since, Duration::ZERO);
            loop {
                let now = Instant::now();
                let sent = (&stream).write_all(b".");
                longest_silence = longest_silence.max(before.elapsed());
                before = now;
                if sent.is_err() {
                    return longest_silence;
                }
                thread::sleep(Duration::from_millis(20));
            }
        }))
    }

    /// Closes both directions.
    pub fn close(self) {
        self.trace.step(format!("{} closes", self.name));
        close(self.stream);
    }

    /// Breaks the connection off: the program's next call on it fails with ECONNRESET.
    pub fn reset(self) {
        self.trace.step(format!("{} resets the connection", self.name));
        // SO_LINGER with time 0 turns close into a reset (socket(7)).
        let linger = socket2::SockRef::from(&self.stream).set_linger(Some(Duration::ZERO));
        linger.expect("a TCP socket takes SO_LINGER");
        match (self.stream.local_addr(), self.stream.peer_addr()) {
            (Ok(local), Ok(peer)) => close_for_good(self.stream, local, peer, &self.trace),
            // The program has broken it off before.
            _ => close(self.stream),
        }
    }

    /// Writes all of it. Each part that is taken does not begin the time anew, so that a program that
    /// reads drop by drop cannot draw it out.
    fn write(&self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            let left = self.trace.left();
            if left.is_zero() {
                return Err(ErrorKind::TimedOut.into());
            }
            self.stream.set_write_timeout(Some(left))?;
            let count = uninterrupted(|| (&self.stream).write(bytes))?;
            bytes = &bytes[count..];
        }
        Ok(())
    }

    fn limit(&self, expected: &dyn std::fmt::Display) -> Outcome {
        let left = self.trace.time_left(expected)?;
        self.stream.set_read_timeout(Some(left)).expect("not zero");
        self.stream.set_write_timeout(Some(left)).expect("not zero");
        Ok(())
    }

    fn read(
        &mut self,
        buffer: &mut [u8],
        expected: &dyn std::fmt::Display,
    ) -> Result<usize, String> {
        self.limit(expected).map_err(|broken| broken.got)?;
        match uninterrupted(|| self.stream.read(buffer)) {
            Err(why) if common::timed_out(&why) => Err(TIME_UP.into()),
            other => other.map_err(|why| why.to_string()),
        }
    }
}

const TIME_UP: &str = "the time was up";

/// Whether the error says that the other side has closed, with or without regard for this one.
fn broken_off(why: &io::Error) -> bool {
    use ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset};
    matches!(why.kind(), BrokenPipe | ConnectionAborted | ConnectionReset)
}

/// With a time-out set, a read can be interrupted while the process is stopped and goes on
/// (signal(7)): that says nothing about the connection.
pub fn uninterrupted(mut read: impl FnMut() -> io::Result<usize>) -> io::Result<usize> {
    loop {
        match read() {
            Err(why) if why.kind() == ErrorKind::Interrupted => {}
            outcome => return outcome,
        }
    }
}
