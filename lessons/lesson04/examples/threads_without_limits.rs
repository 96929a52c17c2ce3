//! Threads for all clients, and an error of one ends only that one.
//!
//! But there is no limit to the number of clients or to their silence, an error of
//! `accept` ends the server, and nothing ends it cleanly.
//!
//! Instead of: lesson04
//! Fails: speaks_gbk_when_told, closes_on_bytes_that_are_not_text,
//!   says_who_comes_and_goes, keeps_quiet, limits_its_clients, ends_silent_clients,
//!   survives_a_closed_output, survives_without_descriptors, stops_on_ctrl_c,
//!   stops_on_sigterm, stops_when_it_is_full, finishes_replies, stops_in_time

mod shared;

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::ExitCode;
use std::thread;

use common::{
    Decoder, Encoding, Explain, Failure, REPLY, Undecodable, cannot_listen, complain,
    exit,
};

use shared::args::Args;
use shared::*;

fn main() -> ExitCode {
    let args = args::parse();
    exit(serve_all(&args).map_err(cannot_listen(args.address)))
}

// ANCHOR: accept
fn serve_all(args: &Args) -> io::Result<()> {
    let listener = TcpListener::bind(args.address)?;
    println!("listening on {}", listener.local_addr()?);
    loop {
        let (connection, client) = listener.accept()?;
        println!("{client} connected");
        thread::spawn(move || {
            // The error of one client ends this thread, and is reported.
            if let Err(failure) = serve(connection, client) {
                complain(&failure);
            }
        });
    }
}
// ANCHOR_END: accept

// ANCHOR: serve
fn serve(mut connection: TcpStream, client: SocketAddr) -> Result<(), Failure> {
    let lost = format!("lost {client}");
    let not_text = |why: Undecodable| Failure::new(&lost, why);
    let mut decoder = Decoder::new(Encoding::Utf8);
    let mut buffer = [0; 1024];
    loop {
        let count = connection.read(&mut buffer).explain(&lost)?;
        if count == 0 {
            break;
        }
        // The start of a character that was cut waits for the next chunk.
        let text = decoder.decode(&buffer[..count]).map_err(not_text)?;
        println!("{client} sent {count} bytes: {text:?}");
        connection.write_all(REPLY.as_bytes()).explain(&lost)?;
    }
    decoder.finish().map_err(not_text)
}
// ANCHOR_END: serve
