//! A stream of events, as an open page hears it.

use std::io::{self, BufRead, BufReader, Read};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use super::DEADLINE;

pub struct Stream {
    lines: BufReader<TcpStream>,
}

/// An event of a stream.
pub struct Heard {
    pub id: String,
    pub kind: String,
    pub data: String,
}

impl Stream {
    pub fn of(lines: BufReader<TcpStream>) -> Stream {
        Stream { lines }
    }

    /// Waits this long for each line.
    pub fn be_patient(&self, longest: Duration) {
        self.lines.get_ref().set_read_timeout(Some(longest)).unwrap();
    }

    /// The data of the next event of this kind; others are passed over.
    #[track_caller]
    pub fn next(&mut self, kind: &str) -> String {
        let deadline = Instant::now() + DEADLINE;
        while Instant::now() < deadline {
            let (event, data) = self.any();
            if event == kind {
                return data;
            }
        }
        panic!("no {kind:?} in time");
    }

    /// The next event: its kind and its data.
    #[track_caller]
    pub fn any(&mut self) -> (String, String) {
        let Heard { kind, data, .. } = self.heard(Instant::now() + DEADLINE);
        (kind, data)
    }

    #[track_caller]
    pub fn heard(&mut self, deadline: Instant) -> Heard {
        let (mut id, mut kind, mut data) = (String::new(), String::new(), Vec::new());
        while Instant::now() < deadline {
            let mut line = String::new();
            assert_ne!(self.lines.read_line(&mut line).unwrap(), 0, "the stream ended");
            let line = line.trim_end_matches('\n');
            if let Some(name) = line.strip_prefix("event: ") {
                kind = name.to_owned();
            } else if let Some(text) = line.strip_prefix("data: ") {
                data.push(text.to_owned());
            } else if let Some(number) = line.strip_prefix("id: ") {
                id = number.to_owned();
            } else if line.is_empty() && !kind.is_empty() {
                return Heard { id, kind, data: data.join("\n") };
            }
        }
        panic!("no event in time");
    }

    #[track_caller]
    pub fn ends(mut self) {
        // A reset is an end as well.
        let rest = self.lines.read_to_end(&mut Vec::new());
        assert!(
            !rest.is_err_and(|why| why.kind() == io::ErrorKind::WouldBlock),
            "the stream did not end"
        );
    }
}
