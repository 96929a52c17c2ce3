//! The tutorial's server with C5, C6 and C7 repaired, and nothing else.
//!
//! It serves all clients that behave. But it limits neither their number (S20) nor their
//! silence (C11). A cut character or a reset is a panic in the client's thread, an error
//! of `accept` ends the server, and nothing ends it cleanly (S22).
//!
//! Instead of: lesson04
//! Fails: decodes_across_chunks, speaks_gbk_when_told, closes_on_bytes_that_are_not_text,
//!   says_who_comes_and_goes, says_who_was_reset, keeps_quiet, limits_its_clients,
//!   ends_silent_clients, survives_a_closed_output, survives_without_descriptors,
//!   stops_on_ctrl_c, stops_on_sigterm, stops_when_it_is_full, finishes_replies,
//!   stops_in_time, does_without_its_output, survives_without_threads

mod shared;

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::ExitCode;
use std::thread;

use common::{REPLY, cannot_listen, exit};

use shared::args::Args;
use shared::*;

fn main() -> ExitCode {
    let args = args::parse();
    exit(serve_all(&args).map_err(cannot_listen(args.address)))
}

// ANCHOR: server
// ANCHOR: accept
fn serve_all(args: &Args) -> io::Result<()> {
    let listener = TcpListener::bind(args.address)?;
    println!("listening on {}", listener.local_addr()?);
    loop {
        let (connection, client) = listener.accept()?;
        println!("{client} connected");
        thread::spawn(move || serve(connection, client));
    }
}
// ANCHOR_END: accept

// ANCHOR: serve
fn serve(mut connection: TcpStream, client: SocketAddr) {
    let mut buffer = [0; 1024];
    loop {
        let count = connection.read(&mut buffer).unwrap();
        if count == 0 {
            break;
        }
        let text = str::from_utf8(&buffer[..count]).unwrap();
        println!("{client} sent {count} bytes: {text:?}");
        connection.write_all(REPLY.as_bytes()).unwrap();
    }
}
// ANCHOR_END: serve
// ANCHOR_END: server
