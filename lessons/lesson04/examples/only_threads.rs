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

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::ExitCode;
use std::thread;

use common::{Explain, Failure, REPLY, cannot_listen, exit, say};

use shared::args::Args;
use shared::*;

fn main() -> ExitCode {
    exit(run(args::parse()))
}

fn run(args: Args) -> Result<(), Failure> {
    let listener =
        TcpListener::bind(args.address).map_err(cannot_listen(args.address))?;
    say!("listening on {}", listener.local_addr().explain("cannot learn the address")?)?;
    // ANCHOR: bug
    loop {
        let (connection, client) = listener.accept().explain("cannot accept a client")?;
        thread::spawn(move || converse(connection, client));
    }
}

fn converse(mut connection: TcpStream, client: SocketAddr) {
    let mut buffer = [0; 1024];
    loop {
        let count = connection.read(&mut buffer).unwrap();
        if count == 0 {
            println!("{client} went offline");
            break;
        }
        let text = str::from_utf8(&buffer[..count]).unwrap();
        println!("{client} sent {count} bytes: {text:?}");
        connection.write_all(REPLY.as_bytes()).unwrap();
    }
}
// ANCHOR_END: bug
