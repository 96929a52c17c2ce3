//! The option is there, but the server still reads from its listener (C3).
//!
//! This is the tutorial's server of chapter 2.3. It has the new line, and also the bug of
//! chapter 2.2 (C2). It crashes at its first client, so it never shows what the new line
//! is for.
//!
//! Instead of: lesson03
//! Fails: restarts_at_once, restarts_after_a_crash, fails_without_the_option,
//!   keeps_to_the_backlog, serves_the_tutorials_client,
//!   serves_a_client_that_finishes_sending, reads_the_whole_message,
//!   delivers_the_whole_reply, reports_a_reset, reports_an_empty_message,
//!   reports_bytes_that_are_not_text, bounds_the_message, gives_up_on_a_silent_client,
//!   serves_the_mended_python_client, serves_nc, serves_socat
//! Judged only on Unix. On Windows the read fails, too, but Wine lets it wait.

use std::io::{self, Read};
use std::net::SocketAddr;
use std::process::ExitCode;

use common::{Explain, Failure, REPLY, cannot_listen, exit, say};
use lesson03::{Options, matrix, table};
use socket2::{Domain, Socket, Type};

fn main() -> ExitCode {
    exit(run(&Options::parse(
        "A server with SO_REUSEADDR that reads from its listener (C3)",
    )))
}

fn run(options: &Options) -> Result<(), Failure> {
    let address = options.address;
    if options.matrix {
        let listen =
            |address, reuse, backlog| Ok(listen(address, reuse, backlog)?.into());
        return table::print(address, |setup| matrix::measure(listen, setup));
    }
    // ANCHOR: bug
    let mut listener = listen(address, options.reuse, options.backlog)
        .map_err(cannot_listen(address))?;
    let bound = listener.local_addr().explain("cannot learn the address")?;
    say!("listening on {}", bound.as_socket().expect("an IP socket"))?;

    let (connection, client) = listener.accept().explain("cannot accept a client")?;
    say!("{} connected", client.as_socket().expect("an IP socket"))?;
    let mut buffer = [0; 1024];
    let count = listener.read(&mut buffer).explain("cannot read from the client")?;
    // ANCHOR_END: bug
    say!("{}", String::from_utf8_lossy(&buffer[..count]))?;
    connection.send(REPLY.as_bytes()).explain("cannot reply")?;
    Ok(())
}

fn listen(address: SocketAddr, reuse: bool, backlog: i32) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    socket.set_reuse_address(reuse)?;
    socket.bind(&address.into())?;
    socket.listen(backlog)?;
    Ok(socket)
}
