//! The client reports its own progress on stdout, beside the reply.
//!
//! A program that reads this output can't tell the progress from the reply. And if the
//! client fails, its output isn't empty.
//!
//! Instead of: exercise01
//! Fails: prints_the_reply, finishes_sending, waits_for_the_end_of_the_reply,
//!   takes_a_reply_of_any_length, joins_characters_that_are_cut, reports_no_reply,
//!   reports_a_reply_that_breaks_off, reports_bytes_that_are_not_text,
//!   reports_half_a_character_at_the_end, gives_up_on_a_silent_server,
//!   gives_up_on_a_slow_server

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::process::ExitCode;

use common::{Arguments, Explain, Failure, GREETING, Limited, cannot_connect, exit, say};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A client that talks about itself on stdout")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let server = arguments.address;
    let connection = TcpStream::connect_timeout(&server, arguments.time_limit)
        .map_err(cannot_connect(server))?;
    // ANCHOR: bug
    say!("connected to {server}")?;
    // ANCHOR_END: bug
    let mut conversation = Limited::new(&connection, arguments.time_limit);
    conversation.write_all(GREETING.as_bytes()).explain("cannot send")?;
    let _ = connection.shutdown(Shutdown::Write);
    let mut reply = Vec::new();
    conversation.read_to_end(&mut reply).explain("the reply broke off")?;
    if reply.is_empty() {
        return Err(Failure::new("no reply", "the server ended its side at once"));
    }
    say!(
        "{}",
        String::from_utf8(reply).map_err(|why| Failure::new("not text in UTF-8", why))?
    )
}
