//! Lines that arrive in pieces are the lines that arrive whole, and what `split` says that they are. The
//! byte 1 stands for half of the longest line, so that a short input has lines that are too long.

#![no_main]

use std::io::{BufReader, Read};

use libfuzzer_sys::fuzz_target;
use solution::{MAX_LINE, read_line, text_of};

/// A program of its own, of which two functions are wanted here.
#[allow(dead_code)]
#[path = "../../../lessons/lesson04/solution.rs"]
mod solution;

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

/// The lines as the solution of lesson 4's exercise reads them.
fn lines(pieces: Vec<&[u8]>) -> (Vec<String>, Option<Wrong>) {
    let mut reader = BufReader::new(Pieces(pieces));
    let (mut lines, mut line) = (Vec::new(), Vec::new());
    loop {
        read_line(&mut reader, &mut line).expect("pieces do not break off");
        if line.is_empty() {
            return (lines, None);
        }
        match text_of(&line) {
            Ok(text) => lines.push(text.to_owned()),
            Err(_) if line.len() > MAX_LINE => return (lines, Some(Wrong::TooLong)),
            Err(_) => return (lines, Some(Wrong::NotText)),
        }
        line.clear();
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
