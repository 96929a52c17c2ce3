use std::net::SocketAddr;
use std::time::Duration;

use common::Arguments;

/// What lesson 3's program takes, for the programs that have no need of clap.
pub struct Options {
    pub address: SocketAddr,
    /// How long the conversation with the client may take.
    pub time_limit: Duration,
    /// Whether SO_REUSEADDR is wanted: not with `--without-reuse`.
    pub reuse: bool,
    pub backlog: i32,
    /// Whether the word `matrix` was given.
    pub matrix: bool,
}

impl Options {
    /// Reads the command line, and ends the program where it makes no sense.
    pub fn parse(about: &str) -> Options {
        let (mut reuse, mut backlog, mut matrix) = (true, 128, false);
        let words = "[--without-reuse] [--backlog N] [matrix]";
        let arguments = Arguments::parse_with(about, words, |word, value| {
            match word {
                "matrix" => matrix = true,
                "--without-reuse" => reuse = false,
                "--backlog" => backlog = value().parse().map_err(|_| "it is not a number")?,
                _ => return Ok(false),
            }
            Ok(true)
        });
        let Arguments { address, time_limit } = arguments;
        Options { address, time_limit, reuse, backlog, matrix }
    }
}
