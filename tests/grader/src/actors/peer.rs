use std::fmt::Display;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, SocketAddrV4, TcpStream};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::trace::Trace;
use crate::check::{Broken, Outcome};
use crate::machine::{close, close_after, close_for_good, slowdown, sockets};
use crate::words::{demands, quote, steps};

/// More than this is not received to its end: a program may send forever.
const MOST: usize = 64 << 20;

/// The address of an end that has none any more.
const UNKNOWN: SocketAddr = SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, 0));

/// How long a program may read on before it closes, on a quiet machine.
const LINGERS: Duration = Duration::from_secs(1);

/// The check's own end of a connection with a program.
pub struct Peer {
    stream: TcpStream,
    /// The program's end: a connection that the program has reset has none any more.
    remote: Option<SocketAddr>,
    name: String,
    trace: Trace,
}

impl Peer {
    pub(crate) fn new(
        stream: TcpStream,
        remote: Option<SocketAddr>,
        name: impl Into<String>,
        trace: &Trace,
    ) -> Peer {
        let name = name.into();
        if let Ok(local) = stream.local_addr() {
            trace.connected(local, remote, &name);
        }
        Peer { stream, remote, name, trace: trace.clone() }
    }

    /// The underlying connection, for experiments that need a call of its own.
    pub fn stream(&self) -> &TcpStream {
        &self.stream
    }

    /// This end's address: what the program sees as its peer.
    pub fn local(&self) -> SocketAddr {
        self.stream.local_addr().unwrap_or(UNKNOWN)
    }

    /// The program's end.
    pub fn remote(&self) -> SocketAddr {
        // A connection that the program reset before this question has no other end any more.
        self.remote.unwrap_or(UNKNOWN)
    }

    pub fn send(&mut self, bytes: impl AsRef<[u8]>) -> Outcome {
        let bytes = bytes.as_ref();
        self.trace.step(steps::sends(&self.name, bytes));
        self.write(bytes).map_err(|why| self.not_sent(&demands::takes_bytes(), &why))
    }

    /// Sends chunk by chunk, each when the program has read the one before, so that no read can take
    /// two of them; where the kernel does not say what has been read, one right after the other. An
    /// error if the program closes or resets the connection before the last chunk.
    pub fn send_in_chunks<P: AsRef<[u8]>>(&mut self, chunks: &[P]) -> Outcome {
        let whole: Vec<u8> = chunks.iter().flat_map(|chunk| chunk.as_ref()).copied().collect();
        self.trace.step(steps::sends_in_chunks(&self.name, &whole, chunks.len()));
        let expected = demands::takes_bytes();
        // Not `remote`, which is for connections that are whole: this program may have gone already.
        let peer = self.stream.peer_addr().map_err(|why| self.broken(&expected, why))?;
        for (number, chunk) in chunks.iter().enumerate() {
            if number > 0 {
                self.all_is_read_by(peer)?;
            }
            let sent = self.write(chunk.as_ref());
            sent.map_err(|why| self.not_sent(&expected, &why))?;
        }
        Ok(())
    }

    /// Waits until the program has read all that was sent, and returns `true`; where the kernel does not say so,
    /// `false` at once. A check that goes on as if it had been read would fail by chance there, so it does less.
    #[must_use = "where the kernel does not say so, nothing is known"]
    pub fn has_been_read(&mut self) -> Outcome<bool> {
        let peer = self.stream.peer_addr();
        let is_said = sockets::queues_are_told();
        if is_said || peer.is_err() {
            self.trace.step(steps::has_been_read(&self.name));
        }
        self.all_is_read_by(peer.map_err(|why| self.broken(demands::open_connection(), why))?)?;
        Ok(is_said)
    }

    fn all_is_read_by(&self, peer: SocketAddr) -> Outcome {
        let local = self.local();
        // A socket that is not listed has gone, or this kernel lists none.
        let queued = |from, to, queue: fn(sockets::Socket) -> u64| {
            sockets::socket_between(from, to).map_or(0, queue)
        };
        self.trace.until(&demands::reads_all(), || {
            // In this order: what has arrived, and is no longer there to be read, has been read.
            let on_its_way = queued(local, peer, |socket| socket.send_queue);
            let unread = queued(peer, local, |socket| socket.receive_queue);
            (on_its_way == 0 && unread == 0).then_some(())
        })
    }

    /// Grants the program more time, for a long exchange in which it gets on.
    pub fn grants(&self, time: Duration) {
        self.trace.grants(time);
    }

    /// One read, for a check that names a longer exchange as one step. 0: the end of the stream.
    pub fn read_some(&mut self, buffer: &mut [u8], expected: &str) -> Outcome<usize> {
        self.read(buffer, &expected).map_err(|why| self.of_time_if_late(expected, &why, &why))
    }

    /// Writes all of it, for a check that names a longer exchange as one step.
    pub fn write_all(&mut self, bytes: &[u8], expected: &str) -> Outcome {
        self.write(bytes).map_err(|why| self.not_sent(expected, &why))
    }

    fn not_sent(&self, expected: &str, why: &io::Error) -> Broken {
        match common::timed_out(why) {
            true => self.trace.late(expected, demands::no_room()),
            false => self.broken(expected, why),
        }
    }

    /// Finishes sending (half-close): the program reads 0 bytes after all that was sent.
    pub fn finish_sending(&mut self) -> Outcome {
        self.trace.step(steps::finishes_sending(&self.name));
        self.stream
            .shutdown(Shutdown::Write)
            .map_err(|why| self.broken(demands::open_connection(), why))
    }

    /// Waits until something has arrived, and leaves it unread.
    pub fn has_unread_input(&mut self) -> Outcome {
        self.trace.step(steps::has_unread_input(&self.name));
        let expected = demands::a_byte();
        self.limit(&expected)?;
        match uninterrupted(|| self.stream.peek(&mut [0])) {
            Ok(0) => Err(self.broken(expected, demands::end_of_stream())),
            Ok(_) => Ok(()),
            Err(why) if common::timed_out(&why) => {
                Err(self.trace.late(expected, demands::time_up()))
            }
            Err(why) => Err(self.broken(expected, why)),
        }
    }

    /// Demands these bytes next, whatever the chunks they come in.
    pub fn receives(&mut self, expected: impl AsRef<[u8]>) -> Outcome {
        let expected = expected.as_ref();
        self.trace.step(steps::receives(&self.name, expected));
        let mut got = vec![0; expected.len()];
        let mut count = 0;
        while count < got.len() {
            match self.read(&mut got[count..], &quote(expected)) {
                Ok(0) => {
                    return Err(self.trace.differs(
                        expected,
                        &got[..count],
                        &demands::end_of_stream(),
                    ));
                }
                Ok(more) => count += more,
                // What came is the beginning of what is right.
                Err(why) => {
                    let differs = self.trace.differs(expected, &got[..count], &why);
                    return Err(if is_late(&why) { differs.of_time() } else { differs });
                }
            }
            if !expected.starts_with(&got[..count]) {
                return Err(self.trace.differs(expected, &got[..count], ""));
            }
        }
        Ok(())
    }

    /// Demands these bytes and then the end of the stream.
    pub fn receives_all(&mut self, expected: impl AsRef<[u8]>) -> Outcome {
        self.receives(expected)?;
        self.receives_end()
    }

    /// Demands that the program finishes sending now, with a clean end of the stream.
    pub fn receives_end(&mut self) -> Outcome {
        self.trace.step(steps::receives_end(&self.name));
        let expected = demands::end_read();
        let mut buffer = [0; 4096];
        match self.read(&mut buffer, &expected) {
            Ok(0) => Ok(()),
            Ok(count) => Err(self.broken(expected, quote(&buffer[..count]))),
            Err(why) if is_late(&why) => Err(self.trace.late(expected, demands::nothing(&why))),
            Err(why) => Err(self.broken(expected, why)),
        }
    }

    /// All that comes until the end of the stream, which must come before 64 MiB.
    pub fn receives_to_end(&mut self) -> Outcome<Vec<u8>> {
        self.trace.step(steps::receives_to_end(&self.name));
        let expected = demands::bytes_and_end();
        let mut all = Vec::new();
        let mut buffer = vec![0; 64 << 10];
        loop {
            match self.read(&mut buffer, &expected) {
                Ok(0) => return Ok(all),
                Ok(_) if all.len() > MOST => {
                    return Err(self.broken(expected, demands::no_end(&all)));
                }
                Ok(count) => all.extend_from_slice(&buffer[..count]),
                Err(why) => {
                    let got = demands::then(&all, &why);
                    return Err(self.of_time_if_late(&expected, &got, &why));
                }
            }
        }
    }

    /// Demands that the connection ends without a byte for this side, cleanly or by a reset.
    pub fn receives_no_reply(&mut self) -> Outcome {
        self.trace.step(steps::receives_no_reply(&self.name));
        let expected = demands::no_reply();
        let mut buffer = [0; 4096];
        self.limit(&expected)?;
        match uninterrupted(|| self.stream.read(&mut buffer)) {
            Ok(0) => Ok(()),
            Ok(count) => Err(self.broken(expected, quote(&buffer[..count]))),
            Err(why) if broken_off(&why) => Ok(()),
            Err(why) if common::timed_out(&why) => {
                Err(self.trace.late(expected, demands::still_open()))
            }
            Err(why) => Err(self.broken(expected, why)),
        }
    }

    /// Sends until the program closes or resets the connection, which it must do before it has taken `most`
    /// bytes, or in a second: it may read for a moment before it closes, and loopback is quick.
    pub fn sends_until_cut_off(&mut self, most: usize) -> Outcome {
        self.trace.step(steps::sends_until_cut_off(&self.name));
        let expected = demands::closed_in_time();
        let chunk = [b'x'; 64 << 10];
        let mut sent = 0;
        let (since, moment) = (Instant::now(), LINGERS.mul_f64(slowdown()));
        while sent < most || since.elapsed() < moment {
            if self.trace.left().is_zero() {
                return Err(self.trace.late(expected, demands::took(sent)));
            }
            self.limit(&expected)?;
            match uninterrupted(|| self.stream.write(&chunk)) {
                Ok(count) => sent += count,
                Err(why) if broken_off(&why) => return Ok(()),
                Err(why) if common::timed_out(&why) => {
                    let got = demands::takes_no_more(sent);
                    return Err(self.trace.late(expected, got));
                }
                Err(why) => return Err(self.broken(expected, why)),
            }
        }
        Err(self.broken(expected, demands::took(sent)))
    }

    /// Demands that the connection is broken by a reset, or already was. Returns how many bytes could
    /// be read before.
    pub fn is_reset(&mut self) -> Outcome<usize> {
        self.trace.step(steps::is_reset(&self.name));
        let mut buffer = vec![0; 64 << 10];
        let mut received = 0;
        loop {
            self.limit(&demands::a_reset())?;
            match uninterrupted(|| self.stream.read(&mut buffer)) {
                Ok(0) => {
                    return Err(self.broken(demands::a_reset(), demands::clean_end()));
                }
                Ok(count) => received += count,
                Err(why) if why.kind() == ErrorKind::ConnectionReset => return Ok(received),
                Err(why) if common::timed_out(&why) => {
                    return Err(self.trace.late(demands::a_reset(), demands::time_up()));
                }
                Err(why) => return Err(self.broken(demands::a_reset(), why)),
            }
        }
    }

    /// Demands that nothing comes for this long. (A wait that proves silence, not readiness.)
    pub fn receives_nothing_for(&mut self, time: Duration) -> Outcome {
        self.receives_nothing_since(Instant::now(), time)
    }

    /// The same from an earlier moment on, from which a program counts as well. A busy machine may look when the
    /// time is over: what has come then breaks nothing. It stays for the next step, as all does that comes.
    pub fn receives_nothing_since(&mut self, since: Instant, time: Duration) -> Outcome {
        let expected = demands::silence();
        self.trace.step(steps::receives_nothing_for(&self.name, time));
        let began_late = since.elapsed() > time;
        // What has come already, and then what comes. No timeout at all is what zero would mean (socket(7)).
        for wait in [Duration::ZERO, time.saturating_sub(since.elapsed())] {
            let limited = self.stream.set_read_timeout(Some(wait.max(Duration::from_millis(1))));
            limited.map_err(|why| self.broken(&expected, why))?;
            let mut bytes = [0; 64];
            let come = uninterrupted(|| self.stream.peek(&mut bytes));
            let came_late = began_late || !wait.is_zero() && since.elapsed() > time;
            match come {
                Ok(_) if came_late => return Ok(()),
                Ok(0) => return Err(self.broken(&expected, demands::end_of_stream())),
                Ok(count) => return Err(self.broken(&expected, quote(&bytes[..count]))),
                Err(why) if common::timed_out(&why) => {}
                Err(why) => return Err(self.broken(&expected, why)),
            }
        }
        Ok(())
    }

    /// Begins to send slowly: a byte every 20 ms, until the connection ends or breaks. The thread returns the
    /// longest silence, which a busy machine can make long. The first begins at `since`, each other before a
    /// byte: what comes between a byte and the look at the clock is not missed.
    pub fn sends_slowly(&self, since: Instant) -> Outcome<JoinHandle<Duration>> {
        let stream =
            self.stream.try_clone().map_err(|why| self.broken(demands::a_connection(), why))?;
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
        self.trace.step(steps::closes(&self.name));
        close(self.stream);
    }

    /// Breaks the connection off: the program's next call on it fails with ECONNRESET.
    pub fn reset(self) {
        self.trace.step(steps::resets(&self.name));
        // SO_LINGER with time 0 turns close into a reset (socket(7)).
        let _ = socket2::SockRef::from(&self.stream).set_linger(Some(Duration::ZERO));
        match (self.stream.local_addr(), self.stream.peer_addr()) {
            (Ok(local), Ok(peer)) => {
                close_for_good(self.stream, local, peer, self.trace.deadline())
            }
            // The program has broken it off before.
            _ => close(self.stream),
        }
    }

    /// Sends a few bytes and breaks the connection off right behind them, so that the program can do hardly
    /// anything in between. Linux keeps the bytes for it; elsewhere a reset may destroy them.
    pub fn sends_and_resets(self, bytes: impl AsRef<[u8]>) -> Outcome {
        let bytes = bytes.as_ref();
        self.trace.step(steps::sends_and_resets(&self.name, bytes));
        let _ = socket2::SockRef::from(&self.stream).set_linger(Some(Duration::ZERO));
        let left = self.trace.time_left(&demands::takes_bytes())?;
        let limited = self.stream.set_write_timeout(Some(left));
        let trace = self.trace;
        close_after(self.stream, |mut stream| limited.and_then(|()| stream.write_all(bytes)))
            .map_err(|why| trace.broken(demands::takes_bytes(), why))
    }

    /// Writes all of it. A part that is taken does not extend the deadline, so that a program that
    /// reads slowly cannot draw it out.
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

    /// A demand of the check's own on this connection is broken.
    pub fn broken(&self, expected: impl Display, got: impl Display) -> Broken {
        self.trace.broken(expected, got)
    }

    fn of_time_if_late(&self, expected: &str, got: &str, why: &str) -> Broken {
        let broken = self.broken(expected, got);
        if is_late(why) { broken.of_time() } else { broken }
    }

    fn limit(&self, expected: &dyn Display) -> Outcome {
        let left = self.trace.time_left(expected)?;
        let limited = self.stream.set_read_timeout(Some(left));
        let limited = limited.and_then(|()| self.stream.set_write_timeout(Some(left)));
        limited.map_err(|why| self.broken(expected, why))
    }

    fn read(&mut self, buffer: &mut [u8], expected: &dyn Display) -> Result<usize, String> {
        self.limit(expected).map_err(|broken| broken.got)?;
        match uninterrupted(|| self.stream.read(buffer)) {
            Err(why) if common::timed_out(&why) => Err(demands::then_time_up()),
            other => other.map_err(|why| why.to_string()),
        }
    }
}

/// Whether a read ended because of the deadline.
fn is_late(why: &str) -> bool {
    [demands::time_up(), demands::then_time_up()].iter().any(|late| late == why)
}

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
