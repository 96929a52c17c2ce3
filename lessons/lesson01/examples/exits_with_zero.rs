//! The exit code is 0 after every error (C11).
//!
//! This client explains each error well on stderr. Then its exit code says that all went
//! well, so a script that runs it can't tell a failure from a success.
//!
//! Instead of: exercise01
//! Fails: reports_a_refusal, reports_no_reply, reports_a_reply_that_breaks_off,
//!   reports_bytes_that_are_not_text, reports_half_a_character_at_the_end,
//!   gives_up_on_a_silent_server, gives_up_on_a_slow_server

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::process::ExitCode;

use common::{
    Arguments, Explain, Failure, GREETING, Limited, cannot_connect, complain, say,
};

fn main() -> ExitCode {
    // ANCHOR: bug
    if let Err(failure) =
        run(&Arguments::parse("A client whose exit code is always 0 (C11)"))
    {
        complain(&failure);
    }
    ExitCode::SUCCESS
    // ANCHOR_END: bug
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let server = arguments.address;
    let connection = TcpStream::connect_timeout(&server, arguments.time_limit)
        .map_err(cannot_connect(server))?;
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
