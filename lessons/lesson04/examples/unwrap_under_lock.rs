//! The server unwraps what a client does, with a lock held (C11).
//!
//! The thread panics, which Rust would contain. But the panic poisons the lock, and the
//! next `unwrap`, in the accept loop, ends the server for all clients.
//!
//! Instead of: lesson04
//! Fails: decodes_across_chunks, speaks_gbk_when_told, survives_a_reset,
//!   closes_on_bytes_that_are_not_text, says_who_comes_and_goes, says_who_was_reset,
//!   keeps_quiet, limits_its_clients, ends_silent_clients, ends_clients_that_never_read,
//!   survives_a_closed_output, survives_without_descriptors, stops_on_ctrl_c,
//!   stops_on_sigterm, stops_when_it_is_full, finishes_replies, stops_in_time,
//!   survives_resets_at_any_moment, survives_whatever_is_sent, does_without_its_errors

use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::ExitCode;
use std::sync::{Arc, Mutex};
use std::thread;

use common::{Arguments, Explain, Failure, REPLY, cannot_listen, exit, say};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A server that panics with a lock held (C11)")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let listener =
        TcpListener::bind(arguments.address).map_err(cannot_listen(arguments.address))?;
    say!("listening on {}", listener.local_addr().explain("cannot learn the address")?)?;
    let chunks = Arc::new(Mutex::new(0));
    loop {
        let (mut connection, client) =
            listener.accept().explain("cannot accept a client")?;
        // ANCHOR: bug
        say!("{client} connected; {} chunks so far", chunks.lock().unwrap())?;
        let chunks = Arc::clone(&chunks);
        thread::spawn(move || {
            let mut buffer = [0; 1024];
            loop {
                let outcome = connection.read(&mut buffer);
                let mut chunks = chunks.lock().unwrap();
                let count = outcome.unwrap();
                if count == 0 {
                    break;
                }
                *chunks += 1;
                let text = str::from_utf8(&buffer[..count]).unwrap();
                println!("{client} sent {count} bytes: {text:?}");
                connection.write_all(REPLY.as_bytes()).unwrap();
            }
        });
        // ANCHOR_END: bug
    }
}
