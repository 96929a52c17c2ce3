//! Each read has a timeout, but the conversation has no deadline (C11).
//!
//! A server that sends one byte now and then holds this client forever, because each byte
//! starts the timeout anew.
//!
//! Instead of: lesson01
//! Fails: gives_up_on_a_slow_server, speaks_the_encoding_it_is_told,
//!   gives_up_on_a_reply_without_end

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::process::ExitCode;

use common::{Arguments, Explain, Failure, GREETING, cannot_connect, exit, say};

fn main() -> ExitCode {
    exit(run(&Arguments::parse(
        "A client with a limit on each read instead of a total (C11)",
    )))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let server = arguments.address;
    let mut connection = TcpStream::connect_timeout(&server, arguments.time_limit)
        .map_err(cannot_connect(server))?;
    // ANCHOR: bug
    connection
        .set_read_timeout(Some(arguments.time_limit))
        .explain("cannot set a limit")?;
    // ANCHOR_END: bug
    connection.write_all(GREETING.as_bytes()).explain("cannot send")?;
    let _ = connection.shutdown(Shutdown::Write);
    let mut reply = Vec::new();
    connection
        .take((4 << 20) + 1)
        .read_to_end(&mut reply)
        .explain("the reply broke off")?;
    if reply.is_empty() || reply.len() > 4 << 20 {
        return Err(Failure::new(
            "no reply that fits",
            format!("{} bytes came", reply.len()),
        ));
    }
    say!(
        "{}",
        String::from_utf8(reply).map_err(|why| Failure::new("not text in UTF-8", why))?
    )
}
