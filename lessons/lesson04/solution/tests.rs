//! A client's lines are the same wherever its bytes are cut, and however long it pauses.

use std::io::{self, BufReader, ErrorKind, Read};

use proptest::prelude::*;

use super::{MAX_LINE, read_line, text_of, timed_out};

/// Gives out the bytes in chunks, as a connection does, after a pause that is too long.
struct Chunks<'a> {
    chunks: Vec<&'a [u8]>,
    paused: bool,
}

impl Read for Chunks<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.chunks.retain(|chunk| !chunk.is_empty());
        let Some(chunk) = self.chunks.first_mut() else { return Ok(0) };
        self.paused = !self.paused;
        if self.paused { Err(ErrorKind::WouldBlock.into()) } else { chunk.read(buffer) }
    }
}

/// The lines as `serve` reads them, and what is wrong with the one after them.
fn lines(chunks: Vec<&[u8]>) -> (Vec<String>, Option<String>) {
    let mut reader = BufReader::new(Chunks { chunks, paused: false });
    let (mut lines, mut line) = (Vec::new(), Vec::new());
    loop {
        match read_line(&mut reader, &mut line) {
            Ok(_) if line.is_empty() => return (lines, None),
            Ok(_) => match text_of(&line) {
                Ok(text) => lines.push(text.into()),
                Err(why) => return (lines, Some(why)),
            },
            Err(why) => {
                assert!(timed_out(&why));
                continue;
            }
        }
        line.clear();
    }
}

/// The same from the standard library's `split`.
fn split(bytes: &[u8]) -> (Vec<String>, Option<String>) {
    let mut lines = Vec::new();
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        match str::from_utf8(line) {
            _ if line.len() > MAX_LINE => {
                return (lines, Some(format!("it is longer than {MAX_LINE} bytes")));
            }
            Ok(text) => lines.push(text.into()),
            Err(why) => return (lines, Some(why.to_string())),
        }
    }
    (lines, None)
}

#[test]
fn where_the_bytes_are_cut_makes_no_difference() {
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
        let chunks = cuts.windows(2).map(|cut| &bytes[cut[0]..cut[1]]).collect();
        prop_assert_eq!(lines(chunks), split(&bytes));
    });
}

/// Each place between two bytes is a cut, or is none.
#[test]
fn a_short_text_is_cut_in_all_ways() {
    let bytes = "é\n\n🦀\r\n你".as_bytes();
    for ways in 0..1 << (bytes.len() - 1) {
        let mut chunks = Vec::new();
        let mut rest = bytes;
        for place in (1..bytes.len()).rev().filter(|place| ways & (1 << (place - 1)) != 0)
        {
            let (before, chunk) = rest.split_at(place);
            chunks.insert(0, chunk);
            rest = before;
        }
        chunks.insert(0, rest);
        assert_eq!(lines(chunks), split(bytes), "{ways:b}");
    }
}

#[test]
fn the_longest_line_may_have_an_end() {
    let longest = "x".repeat(MAX_LINE);
    for end in ["", "\n"] {
        let line = longest.clone() + end;
        assert_eq!(lines(vec![line.as_bytes()]), (vec![longest.clone()], None));
    }
    let (lines, wrong) = lines(vec![b"a\n", longest.as_bytes(), b"x"]);
    assert_eq!((lines, wrong), split((String::from("a\nx") + &longest).as_bytes()));
}
