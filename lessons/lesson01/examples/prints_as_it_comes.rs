//! Each chunk of the reply is printed as soon as it arrives (S6).
//!
//! `nc` does the same. If the reply then breaks off, comes too late or isn't text, a part
//! of it has already been printed as if it were the reply.
//!
//! Instead of: exercise01
//! Fails: reports_a_reply_that_breaks_off, reports_bytes_that_are_not_text,
//!   reports_half_a_character_at_the_end, gives_up_on_a_slow_server

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::process::ExitCode;

use common::{Arguments, Explain, Failure, GREETING, Limited, cannot_connect, exit};

fn main() -> ExitCode {
    exit(run(&Arguments::parse(
        "A client that prints before it has the whole reply (S6)",
    )))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let server = arguments.address;
    let connection = TcpStream::connect_timeout(&server, arguments.time_limit)
        .map_err(cannot_connect(server))?;
    let mut conversation = Limited::new(&connection, arguments.time_limit);
    conversation.write_all(GREETING.as_bytes()).explain("cannot send")?;
    let _ = connection.shutdown(Shutdown::Write);
    let mut all = 0;
    let mut chunk = [0; 1024];
    // ANCHOR: bug
    let mut stdout = std::io::stdout();
    loop {
        let count = conversation.read(&mut chunk).explain("the reply broke off")?;
        if count == 0 {
            break;
        }
        all += count;
        stdout
            .write_all(&chunk[..count])
            .and_then(|()| stdout.flush())
            .explain("cannot print")?;
    }
    // ANCHOR_END: bug
    if all == 0 {
        return Err(Failure::new("no reply", "the server ended its side at once"));
    }
    stdout.write_all(b"\n").explain("cannot print")
}
