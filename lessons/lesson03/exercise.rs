// NOT STARTED: delete this line to be graded
//! Exercise 3: a server that starts again right away, and says who holds its port.
//!
//! The list of checks at the end of chapter 2.3 is the assignment. To grade this program,
//! run `cargo test -p lesson03 exercise`. To run it: `cargo run -p lesson03 --bin exercise03`.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::process::ExitCode;
use std::time::Duration;

use common::{CommandLine, Explain, Failure, complain, exit, say, tutorial_address};
use socket2::{Domain, Socket, Type};

fn main() -> ExitCode {
    exit(run(&Options::parse()))
}

fn run(options: &Options) -> Result<(), Failure> {
    let listener = listen(options.address, options.queue).map_err(cannot_listen)?;
    say!("listening on {}", listener.local_addr().explain("cannot learn the address")?)?;
    loop {
        let (connection, client) = listener.accept().explain("cannot accept a client")?;
        // Lesson 2's conversation: the server replies and finishes sending. Only then
        // does it wait for the client's end.
        if let Err(failure) = lesson02::serve(&connection, client, options.time_limit) {
            complain(&failure);
        }
    }
}

/// TODO(you), milestone 1: if a run starts right after another one has ended, it must get
/// the same port, whatever connections the other one left behind. But while the other one
/// still listens, it must fail.
/// TODO(you), milestone 3: if you give this number to `listen`, how many clients does Linux
/// let wait?
fn listen(address: SocketAddr, queue: i32) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    socket.bind(&address.into())?;
    socket.listen(queue)?;
    Ok(socket.into())
}

/// TODO(you), milestone 2: the user needs to know which address this is about. And if it's
/// in use, does a server listen there, or not?
fn cannot_listen(error: io::Error) -> Failure {
    Failure::new("cannot listen", error)
}

struct Options {
    address: SocketAddr,
    /// How long a conversation with a client may last.
    time_limit: Duration,
    /// How many clients can wait while the server is busy with another.
    queue: i32,
}

const USAGE: &str = "[OPTIONS] [ADDRESS:PORT]

  ADDRESS:PORT          Where to listen (default: 127.0.0.1:9090)
  --time-limit SECONDS  How long a conversation may last (default: 10)
  --queue N             How many clients can wait (default: 128)";

impl Options {
    fn parse() -> Options {
        let (time_limit, queue) = (Duration::from_secs(10), 128);
        let mut options = Options { address: tutorial_address(), time_limit, queue };
        let mut line = CommandLine::new("A server that starts again right away", USAGE);
        while let Some(name) = line.argument() {
            match name.as_str() {
                "" => options.address = line.address(),
                "--time-limit" => options.time_limit = line.seconds(),
                "--queue" => options.queue = line.number(1..=i32::MAX),
                _ => line.refuse(),
            }
        }
        options
    }
}
