//! A server that echoes what exercise 5 sends, and what is demanded of its client.

use std::time::Duration;

use grader::{Hint, Listener, Outcome, Peer, Program, Run, text};
use lesson05::{fill_from, in_place};
use socket2::SockRef;

/// A line of the message, in bytes.
pub const LINE: usize = 64;

/// How much the server reads at once.
pub const PIECE: usize = 64 << 10;

/// What fits into the buffers on the way, where a check is not about full ones.
pub const SHORT: usize = 1 << 20;

/// What the server asks for where its buffers are small: far less than the message, and enough for a few
/// packets of the loopback, or each would wait for an acknowledgement that the kernel holds back.
const BUFFER: usize = 256 << 10;

const STOPPED: &str = "Your client stopped reading before the echo was whole: what ended it, or closed its connection?";

/// The client, and the server that echoes what it sends.
pub struct Echo {
    pub client: Program,
    pub server: Peer,
    length: usize,
    /// How many bytes the server has read, and how many it has sent.
    read: usize,
    sent: usize,
    piece: Vec<u8>,
}

impl Echo {
    /// Starts the client with a message of this length, and accepts its connection. `small`: the server asks
    /// for small buffers.
    pub fn start(run: &mut Run, length: usize, small: bool) -> Outcome<Echo> {
        // On a busy machine it can take more than the usual limit.
        Echo::start_with(
            run,
            &["--time-limit", "60", "--bytes", &length.to_string()],
            length,
            small,
        )
    }

    /// The same with these arguments.
    pub fn start_with(
        run: &mut Run,
        arguments: &[&str],
        length: usize,
        small: bool,
    ) -> Outcome<Echo> {
        let listener = run.listen()?;
        if small {
            // The connection inherits both from its listener.
            let socket = SockRef::from(listener.socket());
            run.attempt("ask for small buffers", {
                let receive = socket.set_recv_buffer_size(BUFFER);
                receive.and(socket.set_send_buffer_size(BUFFER))
            })?;
        }
        Echo::connected(run, listener, arguments, length)
    }

    fn connected(
        run: &mut Run,
        mut listener: Listener,
        arguments: &[&str],
        length: usize,
    ) -> Outcome<Echo> {
        let address = listener.address().to_string();
        let client = run.start(&[arguments, &[&address]].concat())?;
        let server = accepts(&mut listener)?;
        Ok(Echo { client, server, length, read: 0, sent: 0, piece: vec![0; PIECE] })
    }

    /// The same for a short message, which the server has read, whatever it was.
    pub fn read_by(run: &mut Run, length: usize) -> Outcome<Echo> {
        let mut echo = Echo::start(run, length, false)?;
        run.step("the server reads to the end of the stream");
        while echo
            .server
            .read_some(&mut echo.piece, "the message, then its end")
            .hint("How does the server learn that it has all of the message?")?
            > 0
        {}
        Ok(echo)
    }

    /// Sends the echo with these bits of one byte flipped, and demands that the client notices.
    pub fn with_a_wrong_byte(mut self, run: &mut Run, place: usize, bits: u8) -> Outcome {
        run.step(text!(
            "the server sends it back with byte {place} changed (counted from 0)",
            place,
        ));
        let sent = self.send_wrong(place, bits, self.length);
        self.ends_after_all(sent);
        fails(&mut self.client)
    }

    /// Sends the echo up to this end, with these bits of one byte flipped.
    pub fn send_wrong(&mut self, place: usize, bits: u8, end: usize) -> Outcome {
        // With the rest of its line: a client that looks at the first byte of each chunk isn't to see it.
        self.send_to(place - place % LINE)?;
        let mut line = vec![0; LINE.min(end - self.sent)];
        fill_from(self.sent, &mut line);
        line[place % LINE] ^= bits;
        self.send_instead(&line)?;
        self.send_to(end)
    }

    /// Sends these bytes instead of those that belong here.
    pub fn send_instead(&mut self, bytes: &[u8]) -> Outcome {
        self.server.write_all(bytes, "the client reads the echo")?;
        self.sent += bytes.len();
        Ok(())
    }

    /// Reads the next piece and demands that it is in place.
    fn read_next(&mut self) -> Outcome<usize> {
        let (read, length) = (self.read, self.length);
        let expected = text!(
            "more of the message ({read} of {length} bytes have come, {sent} sent back)",
            read,
            length,
            sent = self.sent,
        );
        let count = self.server.read_some(&mut self.piece, &expected)?;
        if count == 0 {
            let ended = Err(self.server.broken(expected, "the end of the stream"));
            return ended.hint("What ends your message before all N bytes are written?");
        }
        if read + count > length {
            let got = text!("{count} bytes and perhaps more", count = read + count);
            let more = Err(self.server.broken(text!("{length} bytes, then the end", length), got));
            return more.hint(
                "Which bytes does your program send twice, and how does it know the last one?",
            );
        }
        let place = |why| self.server.broken("each byte in its place", first_line(&why));
        in_place(read, &self.piece[..count])
            .map_err(place)
            .hint("How many bytes did `write` take, and where must the next one begin?")?;
        self.read += count;
        self.gets_on(read, self.read);
        Ok(count)
    }

    /// The assignment has ten seconds for 32 MiB. A program that stops in the middle isn't waited for that long.
    fn gets_on(&self, before: usize, now: usize) {
        const SOME: usize = 1 << 20;
        self.server.grants(Duration::from_millis(120) * (now / SOME - before / SOME) as u32);
    }

    pub fn read_all(&mut self, run: &mut Run) -> Outcome {
        run.step("the server reads the whole message, and its end");
        self.read_to(self.length)?;
        self.reads_the_end()
    }

    /// Reads up to this place, or a little more, and sends nothing back.
    pub fn read_to(&mut self, place: usize) -> Outcome {
        while self.read < place {
            self.read_next()?;
        }
        Ok(())
    }

    pub fn reads_the_end(&mut self) -> Outcome {
        let expected = text!("the end of the stream after {length} bytes", length = self.length);
        let read = self.server.read_some(&mut self.piece, &expected);
        match read.hint("How does the server learn that it has all of the message?")? {
            0 => Ok(()),
            count => Err(self.server.broken(expected, text!("{count} bytes more", count))),
        }
    }

    /// Reads and sends back, piece by piece, up to this place.
    pub fn echo_to(&mut self, place: usize) -> Outcome {
        while self.sent < place {
            // Never more than what is to be sent back is asked for twice.
            if self.read == self.sent {
                self.read_next()?;
            }
            self.send_to(self.read.min(place))?;
        }
        Ok(())
    }

    /// Finishes sending, if the client has taken all that came before: a client that counts notices an end
    /// after less.
    pub fn ends_after_all(&mut self, sent: Outcome) {
        if sent.is_ok() {
            let _ = self.server.finish_sending();
        }
    }

    /// Sends back the bytes from here up to this place.
    pub fn send_to(&mut self, place: usize) -> Outcome {
        let mut piece = [0; PIECE];
        while self.sent < place {
            let count = PIECE.min(place - self.sent);
            fill_from(self.sent, &mut piece[..count]);
            let (read, sent) = (self.read, self.sent);
            let expected = text!(
                "the client reads the echo ({read} bytes have come from it, {sent} went back)",
                read,
                sent,
            );
            let written = self.server.write_all(&piece[..count], &expected);
            // A client that only waits is another check's question.
            match written {
                Err(broken) if !broken.of_time => return Err(broken).hint(STOPPED),
                written => written?,
            }
            self.sent += count;
            self.gets_on(sent, self.sent);
        }
        Ok(())
    }
}

/// What is wrong, without the words that a program puts in front of it.
fn first_line(why: &common::Failure) -> String {
    why.to_string().replace("error: ", "").replace("of the echo", "of the message")
}

/// Accepts the client's connection.
pub fn accepts(listener: &mut Listener) -> Outcome<Peer> {
    listener.accept().hint("To which address does your program connect?")
}

/// Demands that the client ends well, and says that all of the echo came.
pub fn succeeds(client: &mut Program, length: usize) -> Outcome {
    let said = format!("echoed {length} bytes, each in its place\n");
    client
        .finishes()
        .hint("What does your program wait for when the echo is whole and the stream has ended?")?
        .said_exactly(&said)
        .hint("What does your program say of a whole echo, and where?")?
        .exited_with(0)
        .hint("With which exit code does your program end when all went well?")?;
    Ok(())
}

/// Demands that the client ends with an error, and has not said that all of the echo came.
pub fn fails(client: &mut Program) -> Outcome {
    client
        .finishes()?
        .said_exactly("")?
        .explained()
        .hint("Where do your errors go, and how do they begin?")?
        .exited_with(1)
        .hint("How does a script that calls your client learn that it failed?")?;
    Ok(())
}
