//! Nothing limits how long the client tries to connect (C11).
//!
//! Linux gives up after about two minutes (tcp(7), `tcp_syn_retries`).
//!
//! Instead of: exercise01
//! Fails: gives_up_connecting

mod shared;

use std::io::Write;
use std::net::{Shutdown, TcpStream};
use std::process::ExitCode;

use common::{Arguments, Explain, Failure, GREETING, Limited, cannot_connect, exit, say};
use shared::{decode, read_frame};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A client that connects without a limit (C11)")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let server = arguments.address;
    // ANCHOR: bug
    let connection = TcpStream::connect(server).map_err(cannot_connect(server))?;
    // ANCHOR_END: bug
    let mut conversation = Limited::new(&connection, arguments.time_limit);
    conversation.write_all(GREETING.as_bytes()).explain("cannot send")?;
    let _ = connection.shutdown(Shutdown::Write);
    say!("{}", decode(read_frame(&mut conversation)?)?)
}
