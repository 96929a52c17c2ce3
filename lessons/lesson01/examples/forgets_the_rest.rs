//! Half a character at the end of the reply is silently dropped (C9).
//!
//! This client decodes chunk by chunk and keeps a cut character for the next chunk. At
//! the end of the stream it doesn't check whether something is left, so a reply that ends
//! in half a character passes for text.
//!
//! Instead of: exercise01
//! Fails: reports_half_a_character_at_the_end

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::process::ExitCode;

use common::{Arguments, Explain, Failure, GREETING, Limited, cannot_connect, exit, say};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A client that forgets half a character at the end (C9)")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let server = arguments.address;
    let connection = TcpStream::connect_timeout(&server, arguments.time_limit)
        .map_err(cannot_connect(server))?;
    let mut conversation = Limited::new(&connection, arguments.time_limit);
    conversation.write_all(GREETING.as_bytes()).explain("cannot send")?;
    let _ = connection.shutdown(Shutdown::Write);
    let mut reply = String::new();
    let mut rest: Vec<u8> = Vec::new();
    let mut chunk = [0; 1024];
    // ANCHOR: bug
    loop {
        let count = conversation.read(&mut chunk).explain("the reply broke off")?;
        if count == 0 {
            break;
        }
        rest.extend_from_slice(&chunk[..count]);
        let whole = match std::str::from_utf8(&rest) {
            Ok(text) => text.len(),
            Err(cut) if cut.error_len().is_none() => cut.valid_up_to(),
            Err(why) => return Err(Failure::new("the reply is not text in UTF-8", why)),
        };
        let tail = rest.split_off(whole);
        reply += &String::from_utf8_lossy(&rest);
        rest = tail;
    }
    // ANCHOR_END: bug
    if reply.is_empty() {
        return Err(Failure::new("no reply", "the server ended its side at once"));
    }
    say!("{reply}")
}
