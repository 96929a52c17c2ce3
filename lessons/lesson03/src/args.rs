use std::net::SocketAddr;
use std::time::Duration;

use common::{CommandLine, tutorial_address};

/// What lesson 3's program can be told.
pub struct Options {
    pub address: SocketAddr,
    /// How long the conversation with the client may take.
    pub time_limit: Duration,
    /// Whether to set SO_REUSEADDR.
    pub reuse: bool,
    /// How many clients may wait for `accept`.
    pub backlog: i32,
    /// Whether to measure instead of serving.
    pub matrix: bool,
}

const USAGE: &str = "[OPTIONS] [ADDRESS:PORT]
   or: lesson03 matrix [ADDRESS:PORT]

  ADDRESS:PORT          Where to listen (default: 127.0.0.1:9090)
                        Port 0 leaves the choice to the kernel.
  --without-reuse       Leave SO_REUSEADDR off, to see what it is for
  --backlog N           How many clients may wait for accept (default: 128)
  --time-limit SECONDS  How long the conversation with the client may take (default: 10)
  matrix                Measure who can bind a port again, and who gets TIME_WAIT, on
                        six ports from this one on (default: 127.0.0.1:0)";

impl Options {
    /// Reads the command line of a program that does what `about` says.
    pub fn parse(about: &str) -> Options {
        let mut line = CommandLine::new(about, USAGE);
        let matrix = line.command("matrix");
        let address =
            if matrix { ([127, 0, 0, 1], 0).into() } else { tutorial_address() };
        let (reuse, backlog, time_limit) = (true, 128, Duration::from_secs(10));
        let mut options = Options { address, time_limit, reuse, backlog, matrix };
        while let Some(name) = line.argument() {
            match name.as_str() {
                "" => options.address = line.address(),
                "--without-reuse" if !matrix => options.reuse = false,
                "--backlog" if !matrix => options.backlog = line.number(0..=i32::MAX),
                "--time-limit" if !matrix => options.time_limit = line.seconds(),
                _ => line.refuse(),
            }
        }
        options
    }
}
