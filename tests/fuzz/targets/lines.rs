//! Lines that arrive in pieces are the lines that arrive whole, and what `split` says that they are. The
//! byte 1 stands for half of the longest line, so that a short input has lines that are too long.

#![no_main]

use std::io::{BufReader, Read};
use std::net::{TcpListener, TcpStream};
use std::sync::OnceLock;
use std::time::Duration;

use common::Encoding;
use lesson04::{Client, Clients, MAX_LINE, Settings, next_line, text_of};
use libfuzzer_sys::fuzz_target;

const HALF: usize = MAX_LINE / 2;
/// So many of them: enough for a line that is too long, after one that is not.
const HALVES: usize = 6;
/// Cutting at each place takes the square of the length.
const FEW: usize = 16;

fuzz_target!(|short: &[u8]| {
    let mut bytes = Vec::new();
    let mut halves = 0;
    for &byte in short {
        match byte {
            1 if halves < HALVES => {
                bytes.extend([b'x'; HALF]);
                halves += 1;
            }
            _ => bytes.push(byte),
        }
    }
    let expected = split(&bytes);
    assert_eq!(lines(vec![&bytes]), expected);
    assert_eq!(lines(bytes.chunks(1021).collect()), expected);
    if halves == 0 {
        assert_eq!(lines(bytes.chunks(1).collect()), expected);
    }
    for cut in 0..bytes.len().min(FEW) {
        let (first, rest) = bytes.split_at(cut);
        assert_eq!(lines(vec![first, rest]), expected);
    }
});

/// What is wrong with the line after the good ones.
#[derive(Debug, PartialEq, Eq)]
enum Wrong {
    TooLong,
    NotText,
}

/// The lines as the standard library's `split` gives them.
fn split(bytes: &[u8]) -> (Vec<String>, Option<Wrong>) {
    let mut lines = Vec::new();
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        if line.len() > MAX_LINE {
            return (lines, Some(Wrong::TooLong));
        }
        match String::from_utf8(line.to_vec()) {
            Ok(line) => lines.push(line),
            Err(_) => return (lines, Some(Wrong::NotText)),
        }
    }
    (lines, None)
}

/// The lines as lesson 4's exercise reads them.
fn lines(pieces: Vec<&[u8]>) -> (Vec<String>, Option<Wrong>) {
    let client = client();
    let mut reader = BufReader::new(Pieces(pieces));
    let (mut lines, mut line) = (Vec::new(), Vec::new());
    loop {
        match next_line(client, &mut reader, &mut line) {
            Ok(true) => match text_of(client, &line) {
                Ok(text) => lines.push(text.to_owned()),
                Err(_) => return (lines, Some(Wrong::NotText)),
            },
            Ok(false) => return (lines, None),
            Err(_) => return (lines, Some(Wrong::TooLong)),
        }
    }
}

/// Gives out the bytes in pieces, as a connection does.
struct Pieces<'a>(Vec<&'a [u8]>);

impl Read for Pieces<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let Some(at) = self.0.iter().position(|piece| !piece.is_empty()) else { return Ok(0) };
        self.0.drain(..at);
        self.0[0].read(buffer)
    }
}

/// The reader names the client in its errors.
fn client() -> &'static Client {
    static CLIENT: OnceLock<Client> = OnceLock::new();
    CLIENT.get_or_init(|| {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a listener");
        let address = listener.local_addr().expect("an address");
        let connection = TcpStream::connect(address).expect("a connection");
        let settings = Settings {
            address,
            encoding: Encoding::Utf8,
            max_clients: 1,
            idle_limit: Duration::from_secs(1),
            work: None,
            quiet: true,
        };
        let clients = Clients::new(settings).expect("a thread for the log");
        clients.admit(connection, address).expect("it does not stop")
    })
}
