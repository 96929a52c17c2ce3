//! The tutorial's server with only its wrong socket mended (C2).
//!
//! One read is taken for the whole message (C9), the end of the stream is taken for an
//! empty text (C4), and no call has a timeout (C11). Whatever the server didn't read
//! turns its close into a reset (S17).
//!
//! Instead of: lesson02
//! Fails: reads_the_whole_message, delivers_the_whole_reply, reports_an_empty_message,
//!   reports_bytes_that_are_not_text, bounds_the_message, gives_up_on_a_silent_client,
//!   closes_on_a_client_that_stays, reports_a_reset_later_on, reports_a_closed_output,
//!   reads_a_message_cut_anywhere, waits_for_its_stdout

use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::ExitCode;

use common::{Arguments, Explain, Failure, REPLY, cannot_listen, exit, say};

fn main() -> ExitCode {
    exit(run(&Arguments::parse(
        "A server that takes one read for the whole message (C9)",
    )))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let listener =
        TcpListener::bind(arguments.address).map_err(cannot_listen(arguments.address))?;
    say!("listening on {}", listener.local_addr().explain("cannot learn the address")?)?;
    let (mut connection, client) = listener.accept().explain("cannot accept a client")?;

    // ANCHOR: bug
    let mut buffer = [0; 1024];
    let count = connection.read(&mut buffer).explain("cannot read")?;
    let text = std::str::from_utf8(&buffer[..count])
        .map_err(|why| Failure::new("cannot decode the message", why))?;
    say!("{client} sent {text:?}")?;
    connection.write_all(REPLY.as_bytes()).explain("cannot reply")
    // ANCHOR_END: bug
}
