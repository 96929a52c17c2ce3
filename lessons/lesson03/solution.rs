//! Exercise 3, one good answer: a server that starts again right away.
//!
//! If it can't have its port, it says whether another server listens there.

use std::io::{self, ErrorKind};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use common::{
    CommandLine, Explain, Failure, complain, exit, is_taken, say, tutorial_address, why,
};
use socket2::{Domain, Socket, Type};

fn main() -> ExitCode {
    exit(run(&Options::parse()))
}

fn run(options: &Options) -> Result<(), Failure> {
    let address = options.address;
    let listener =
        listen(address, options.queue).map_err(|error| cannot_listen(address, error))?;
    say!("listening on {}", listener.local_addr().explain("cannot learn the address")?)?;
    loop {
        // An error with one client is reported, and the next client is served.
        match listener.accept() {
            Ok((connection, client)) => {
                lesson02::serve(&connection, client, options.time_limit)
                    .unwrap_or_else(|failure| complain(&failure));
            }
            Err(error) => {
                complain(&Failure::new("cannot accept a client", why(&error)));
                // Without a descriptor, the next try would fail right away.
                thread::sleep(Duration::from_millis(100));
            }
        }
    }
}

fn listen(address: SocketAddr, queue: i32) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    // In every run and before `bind`: it looks at the option of this socket and of each
    // connection that an earlier run left on the port. Those inherited their listener's.
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    // Linux lets in one client more than this number.
    socket.listen(queue - 1)?;
    Ok(socket.into())
}

fn cannot_listen(address: SocketAddr, error: io::Error) -> Failure {
    if !is_taken(&error) {
        return common::cannot_listen(address)(error);
    }
    // Only a listener accepts a client. If its queue is full, its kernel doesn't answer at
    // all; where no program listens, the kernel refuses the client.
    let answer = TcpStream::connect_timeout(&address, Duration::from_secs(1));
    let refused = answer.is_err_and(|why| why.kind() == ErrorKind::ConnectionRefused);
    let (who, advice) = match refused {
        true => ("no server listens there", "wait a minute: TIME_WAIT ends by itself"),
        false => ("a server listens there", "stop it first: see which with `ss -tlnp`"),
    };
    Failure::new(format!("cannot listen on {address}"), format!("{error}: {who}"))
        .advise(advice)
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
