//! Exercise 4's conversation in parts, so that each of its wrong answers gets only one of them wrong.

use std::io::{BufRead, BufReader, Read, Write};

use common::{Explain, Failure, REPLY};

use crate::clients::Client;
use crate::converse::{Farewell, prepare};

/// The longest line, in bytes, without its end.
pub const MAX_LINE: usize = 64 << 10;

/// Answers every line, until the client ends its side or the server stops.
///
/// # Errors
///
/// The connection breaks off, or the client sends a line that is too long or not text.
pub fn answer_lines(client: &Client) -> Result<Farewell, Failure> {
    prepare(client).explain(format!("lost {}", client.address))?;
    let mut reader = BufReader::new(client.connection());
    let mut line = Vec::new();
    while next_line(client, &mut reader, &mut line)? {
        answer(client, text_of(client, &line)?)?;
    }
    Ok(if client.server_stops() { Farewell::ServerStops } else { Farewell::EndedItsSide })
}

/// Reads a line, with its end if it has one. `false`: there is none any more.
///
/// # Errors
///
/// The connection breaks off, or the line is too long.
pub fn next_line(
    client: &Client,
    reader: &mut impl BufRead,
    line: &mut Vec<u8>,
) -> Result<bool, Failure> {
    line.clear();
    let mut bounded = reader.take(MAX_LINE as u64 + 1);
    bounded.read_until(b'\n', line).explain(format!("lost {}", client.address))?;
    if line.len() > MAX_LINE && !line.ends_with(b"\n") {
        let what = format!("a line of {} is refused", client.address);
        return Err(Failure::new(what, format!("it is longer than {MAX_LINE} bytes")));
    }
    // When the server stops, what has no end yet was cut off by that.
    Ok(!line.is_empty() && (line.ends_with(b"\n") || !client.server_stops()))
}

/// The line's text, without its end.
///
/// # Errors
///
/// It is not UTF-8.
pub fn text_of<'a>(client: &Client, line: &'a [u8]) -> Result<&'a str, Failure> {
    let text = str::from_utf8(line.strip_suffix(b"\n").unwrap_or(line));
    text.map_err(|why| Failure::new(format!("what {} sends is not text", client.address), why))
}

/// # Errors
///
/// The connection breaks off.
pub fn answer(client: &Client, text: &str) -> Result<(), Failure> {
    let reply = format!("{REPLY} {text}\n");
    client.connection().write_all(reply.as_bytes()).explain(format!("lost {}", client.address))
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::net::{TcpListener, TcpStream};
    use std::time::Duration;

    use common::Encoding;
    use proptest::prelude::*;

    use super::*;
    use crate::{Clients, Settings};

    /// Gives out the bytes in pieces, as a connection does.
    struct Pieces<'a>(Vec<&'a [u8]>);

    impl Read for Pieces<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            self.0.retain(|piece| !piece.is_empty());
            self.0.first_mut().map_or(Ok(0), |piece| piece.read(buffer))
        }
    }

    /// The lines, and what is wrong with the one after them.
    fn lines(client: &Client, pieces: Vec<&[u8]>) -> (Vec<String>, Option<String>) {
        let mut reader = BufReader::new(Pieces(pieces));
        let (mut lines, mut line) = (Vec::new(), Vec::new());
        loop {
            let text = match next_line(client, &mut reader, &mut line) {
                Ok(false) => return (lines, None),
                Ok(true) => text_of(client, &line).map(String::from),
                Err(failure) => Err(failure),
            };
            match text {
                Ok(text) => lines.push(text),
                Err(failure) => return (lines, Some(failure.to_string())),
            }
        }
    }

    fn a_client() -> Client {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a listener");
        let address = listener.local_addr().expect("an address");
        let connection = TcpStream::connect(address).expect("a connection");
        let clients = Clients::new(Settings {
            address,
            encoding: Encoding::Utf8,
            max_clients: 1,
            idle_limit: Duration::from_secs(1),
            work: None,
            quiet: true,
        });
        let clients = clients.expect("a thread for the log");
        clients.admit(connection, address).expect("it does not stop")
    }

    #[test]
    fn where_the_bytes_are_cut_makes_no_difference() {
        let client = a_client();
        proptest!(ProptestConfig::with_cases(64), |(
            texts in proptest::collection::vec("[a你é🦀\\n\\x00]{0,6}", 0..6),
            bad in proptest::option::of(any::<u8>()),
            long in proptest::option::of(MAX_LINE - 2..MAX_LINE + 2),
            cuts in proptest::collection::vec(0.0..1.0, 0..6),
        )| {
            let mut bytes = texts.concat().into_bytes();
            bytes.extend(bad);
            bytes.extend(vec![b'x'; long.unwrap_or(0)]);
            let place = |cut: &f64| (cut * bytes.len() as f64) as usize;
            let mut cuts: Vec<usize> = cuts.iter().map(place).collect();
            cuts.extend([0, bytes.len()]);
            cuts.sort_unstable();
            let pieces = cuts.windows(2).map(|cut| &bytes[cut[0]..cut[1]]).collect();
            prop_assert_eq!(lines(&client, pieces), lines(&client, vec![&bytes]));
        });
    }

    #[test]
    fn lines_are_what_split_says() {
        let client = a_client();
        let all = |text: &str| lines(&client, vec![text.as_bytes()]);
        assert_eq!(all("a\n\nb"), (vec!["a".into(), String::new(), "b".into()], None));
        assert_eq!(all("a\n"), (vec!["a".into()], None));
        let longest = "x".repeat(MAX_LINE);
        assert_eq!(all(&longest), (vec![longest.clone()], None));
        let (before, why) = all(&("a\n".to_string() + &"x".repeat(MAX_LINE + 1)));
        assert_eq!(before, ["a"]);
        assert!(why.is_some_and(|why| why.contains("longer than")));
    }
}
