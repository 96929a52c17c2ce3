//! A server that is hard on its clients, so that you can see what yours says to it.
//!
//! It treats one client after another in the same way.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::ExitCode;
use std::str::FromStr;
use std::thread;
use std::time::Duration;

use common::{
    CommandLine, Explain, Failure, REPLY, cannot_listen, complain, exit, say,
    tutorial_address, why,
};

const ABOUT: &str = "Treats each client badly, in the way that you choose.";

const USAGE: &str = "[OPTIONS] [ADDRESS:PORT]

  ADDRESS:PORT  Where to listen (default: 127.0.0.1:9090)
  --be WHAT     How it treats them (default: silent)
                silent   reads the message, and sends nothing
                slow     sends a letter four times a second, without end
                crash    dies with the message unread, which is a reset
                latin-1  sends text that isn't UTF-8
                endless  sends as fast as it can, without end
                half     sends half of its reply, and dies
                long     sends 1200 bytes, as any server may";

#[derive(Clone, Copy, PartialEq, Eq)]
enum Be {
    Silent,
    Slow,
    Crash,
    Latin1,
    Endless,
    Half,
    Long,
}

impl FromStr for Be {
    type Err = String;

    fn from_str(word: &str) -> Result<Be, String> {
        Ok(match word {
            "silent" => Be::Silent,
            "slow" => Be::Slow,
            "crash" => Be::Crash,
            "latin-1" => Be::Latin1,
            "endless" => Be::Endless,
            "half" => Be::Half,
            "long" => Be::Long,
            _ => {
                return Err(format!(
                    "no server is '{word}': --help lists what it can be"
                ));
            }
        })
    }
}

fn main() -> ExitCode {
    let (mut address, mut be) = (tutorial_address(), Be::Silent);
    let mut line = CommandLine::new(ABOUT, USAGE);
    while let Some(name) = line.argument() {
        match name.as_str() {
            "" => address = line.address(),
            "--be" => be = line.parse(),
            _ => line.refuse(),
        }
    }
    exit(run(address, be))
}

fn run(address: SocketAddr, be: Be) -> Result<(), Failure> {
    let listener = TcpListener::bind(address).map_err(cannot_listen(address))?;
    say!("listening on {}", listener.local_addr().explain("cannot learn the address")?)?;
    loop {
        let (connection, client) = listener.accept().explain("cannot accept a client")?;
        say!("{client} connected")?;
        match treat(&connection, be) {
            // The process ends, and its kernel closes the connection.
            Ok(()) if be == Be::Crash || be == Be::Half => {
                return Err(Failure::new("the server dies", "it was told to"));
            }
            Ok(()) => {}
            Err(error) => {
                complain(&Failure::new(format!("{client} has gone"), why(&error)))
            }
        }
    }
}

fn treat(mut connection: &TcpStream, be: Be) -> io::Result<()> {
    let half_a_reply = &REPLY.as_bytes()[..12];
    // Wait until the message is there, and leave it where it is.
    connection.peek(&mut [0])?;
    match be {
        Be::Crash => return connection.write_all(half_a_reply),
        Be::Long => connection.write_all("你".repeat(400).as_bytes())?,
        _ => {}
    }
    // The message ends where the client's stream ends.
    connection.take(1 << 20).read_to_end(&mut Vec::new())?;
    match be {
        // From here on only Ctrl-C or `kill` ends it.
        Be::Silent => thread::sleep(Duration::MAX),
        Be::Slow => loop {
            connection.write_all(b"x")?;
            thread::sleep(Duration::from_millis(250));
        },
        Be::Endless => loop {
            connection.write_all(&[b'x'; 65536])?;
        },
        Be::Latin1 => connection.write_all(b"caf\xe9 au lait")?,
        Be::Half => connection.write_all(half_a_reply)?,
        Be::Crash | Be::Long => {}
    }
    Ok(())
}
