//! `book visitor KIND ADDRESS LANGUAGE`: one more client for a server that runs on a page, well-behaved or not. What it
//! prints is in the language of that page.

use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::thread;
use std::time::Duration;

use catalog::Language;
use common::{Failure, GREETING};

use super::client::Visitor;
use super::words::{self, Words};

/// The name of the hidden command that a visitor is.
pub const COMMAND: &str = "visitor";

/// How many clients come at once in a crowd.
const CROWD: usize = 50;

/// Between two bytes of a slow client.
const BETWEEN_BYTES: Duration = Duration::from_millis(500);

/// So long a client waits for its server, at each call.
const PATIENCE: Duration = Duration::from_secs(20);

/// So many bytes of a reply are read.
const LONGEST_REPLY: u64 = 64 * 1024;

/// Is the visitor that the words name, until it's done.
///
/// # Errors
///
/// The words name none or no address, or the server doesn't do what this client expects.
pub fn run(words: &[OsString]) -> Result<(), Failure> {
    let cannot = |why: &str| Failure::new("cannot be a client", why);
    let [kind, address, language] = words else {
        return Err(cannot("no kind, address and language"));
    };
    let kind = kind.to_str().and_then(Visitor::named).ok_or(cannot("there is no such kind"))?;
    let address = address.to_str().and_then(|address| address.parse().ok());
    let address: SocketAddr = address.ok_or(cannot("that is no address"))?;
    let words = words::of(Language::of(language.to_str().unwrap_or_default()));
    let done = match kind {
        Visitor::Silent => silent(address, words),
        Visitor::Slow => slow(address, words),
        Visitor::Resetting => resetting(address, words),
        Visitor::Crowd => crowd(address, words),
    };
    done.map_err(|why| Failure::new(format!("no conversation with {address}"), why))
}

/// Shown in this client's column. Rust's stdout flushes at each end of a line.
fn tell(line: &str) -> io::Result<()> {
    writeln!(io::stdout(), "{line}")
}

fn connect(address: SocketAddr) -> io::Result<TcpStream> {
    let connection = TcpStream::connect_timeout(&address, PATIENCE)?;
    connection.set_read_timeout(Some(PATIENCE))?;
    connection.set_write_timeout(Some(PATIENCE))?;
    Ok(connection)
}

/// Finishes sending, and reads the whole reply.
fn reply(connection: TcpStream) -> io::Result<Vec<u8>> {
    connection.shutdown(Shutdown::Write)?;
    let mut reply = Vec::new();
    connection.take(LONGEST_REPLY).read_to_end(&mut reply)?;
    Ok(reply)
}

fn silent(address: SocketAddr, words: &dyn Words) -> io::Result<()> {
    let mut connection = connect(address)?;
    // Its server ends this, or the reader.
    connection.set_read_timeout(None)?;
    tell(&words.connected_and_silent(connection.local_addr()?))?;
    match connection.read(&mut [0; 1])? {
        0 => tell(words.server_has_finished()),
        _ => tell(words.server_has_spoken_first()),
    }
}

fn slow(address: SocketAddr, words: &dyn Words) -> io::Result<()> {
    let mut connection = connect(address)?;
    let bytes = GREETING.as_bytes();
    let (own, count) = (connection.local_addr()?, bytes.len());
    tell(&words.connected_and_slow(own, count))?;
    for byte in bytes {
        connection.write_all(&[*byte])?;
        thread::sleep(BETWEEN_BYTES);
    }
    let reply = reply(connection)?;
    tell(&String::from_utf8_lossy(&reply))
}

fn resetting(address: SocketAddr, words: &dyn Words) -> io::Result<()> {
    let mut connection = connect(address)?;
    tell(&words.connected(connection.local_addr()?))?;
    connection.write_all(GREETING.as_bytes())?;
    // Its reply comes, and isn't read. So the kernel resets the connection when this ends.
    match connection.peek(&mut [0; 1])? {
        0 => tell(words.finished_without_reply()),
        _ => tell(words.ends_with_reply_unread()),
    }
}

fn crowd(address: SocketAddr, words: &dyn Words) -> io::Result<()> {
    let without_reply = words.finished_without_reply();
    let visit = move || -> io::Result<()> {
        let mut connection = connect(address)?;
        connection.write_all(GREETING.as_bytes())?;
        match reply(connection)?.is_empty() {
            true => Err(io::Error::other(without_reply)),
            false => Ok(()),
        }
    };
    tell(&words.clients_come(CROWD))?;
    let visits: Vec<_> = (0..CROWD).map(|_| thread::spawn(visit)).collect();
    let ends = visits.into_iter().map(|visit| {
        visit.join().unwrap_or_else(|_| Err(io::Error::other("a client's thread has panicked")))
    });
    let (served, lost): (Vec<_>, Vec<_>) = ends.partition(Result::is_ok);
    tell(&words.have_their_reply(served.len()))?;
    lost.into_iter().collect()
}
