//! The client speaks GBK to a server that speaks UTF-8 (S11).
//!
//! "This is Windows, so it's GBK" is the wrong idea. The two programs agreed on UTF-8,
//! and that holds on every system.
//!
//! Instead of: lesson01
//! Fails: exchanges_messages, prints_the_whole_reply, reports_no_reply, reports_a_reset,
//!   reports_bytes_that_are_not_text, bounds_the_reply, speaks_the_encoding_it_is_told,
//!   is_answered_by_the_mended_python_server

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::process::ExitCode;

use common::{
    Arguments, Encoding, Explain, Failure, GREETING, Limited, cannot_connect, exit, say,
};

fn main() -> ExitCode {
    exit(run(&Arguments::parse(
        "A client that speaks GBK to a server that speaks UTF-8 (S11)",
    )))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let server = arguments.address;
    let connection = TcpStream::connect_timeout(&server, arguments.time_limit)
        .map_err(cannot_connect(server))?;
    let mut conversation = Limited::new(&connection, arguments.time_limit);
    // ANCHOR: bug
    let message = Encoding::Gbk.encode(GREETING).expect("all of it is in GBK");
    conversation.write_all(&message).explain("cannot send")?;
    // ANCHOR_END: bug
    let _ = connection.shutdown(Shutdown::Write);
    let mut reply = Vec::new();
    conversation.read_to_end(&mut reply).explain("the reply broke off")?;
    let text = Encoding::Gbk
        .decode(&reply)
        .map_err(|why| Failure::new("not text in GBK", why))?;
    say!("{text}")
}
