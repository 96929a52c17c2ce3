//! After its message the client shuts down both directions.
//!
//! `Shutdown::Both` tells the kernel that nothing will be read, either: the reply is
//! lost.
//!
//! Instead of: exercise01
//! Fails: prints_the_reply, waits_for_the_whole_reply, joins_characters_that_are_cut,
//!   takes_a_reply_of_any_length, prints_the_text_exactly, takes_an_empty_reply,
//!   stops_after_the_frame, speaks_ipv6, takes_the_longest_reply, does_not_give_up_early
//! Judged only on these.

mod shared;

use std::io::Write;
use std::net::{Shutdown, TcpStream};
use std::process::ExitCode;

use common::{Arguments, Explain, Failure, GREETING, Limited, cannot_connect, exit, say};
use shared::{decode, read_frame, time_left};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A client that shuts down both directions")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let server = arguments.address;
    let connection = TcpStream::connect_timeout(&server, arguments.time_limit)
        .map_err(cannot_connect(server))?;
    let mut conversation = Limited::new(&connection, time_left(arguments));
    conversation.write_all(GREETING.as_bytes()).explain("cannot send")?;
    // ANCHOR: bug
    let _ = connection.shutdown(Shutdown::Both);
    // ANCHOR_END: bug
    say!("{}", decode(read_frame(&mut conversation)?)?)
}
