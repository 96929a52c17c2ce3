//! After Ctrl-C, a client that reads nothing is cut off, and one that reads a little is waited for.
//!
//! Instead of: exercise04
//! Fails: stops_in_time

mod lines;
mod shared;

use std::io::{BufReader, Write};
use std::net::Shutdown;
use std::process::ExitCode;
use std::sync::{Arc, Weak};
use std::thread;
use std::time::Duration;

use common::{Explain, Failure, REPLY, exit, timed_out};

use lines::{next_line, text_of};
use shared::args::Args;
use shared::converse::set_options;
use shared::server::{Client, Outcome};
use shared::*;

fn main() -> ExitCode {
    exit(run(args::parse()))
}

fn run(args: Args) -> Result<(), Failure> {
    let (listener, server) = open(args)?;
    let mut connections: Vec<Weak<_>> = Vec::new();
    accept_clients(&listener, &server, |client| {
        connections.retain(|connection| connection.strong_count() > 0);
        connections.push(Arc::downgrade(&client.connection));
        server::start_thread(client, converse);
    });
    drop(listener);
    for connection in connections.iter().filter_map(Weak::upgrade) {
        let _ = connection.shutdown(Shutdown::Read);
    }
    // ANCHOR: bug
    while connections.iter().any(|connection| connection.strong_count() > 0) {
        thread::sleep(Duration::from_millis(10));
    }
    // ANCHOR_END: bug
    server.drain();
    Ok(())
}

fn converse(client: &Client) -> Outcome {
    set_options(client).explain(format!("lost {}", client.address))?;
    let a_moment = Some(Duration::from_millis(200));
    client.connection.set_write_timeout(a_moment).explain("cannot set a timeout")?;
    let mut reader = BufReader::new(&*client.connection);
    let mut line = Vec::new();
    while next_line(client, &mut reader, &mut line)? {
        let text = text_of(client, &line)?;
        answer(client, format!("{REPLY} {text}\n").as_bytes())?;
    }
    Ok("it finished sending")
}

/// Gives up when the server stops, and the client has read nothing for a moment.
fn answer(client: &Client, mut reply: &[u8]) -> Result<(), Failure> {
    while !reply.is_empty() {
        match (&*client.connection).write(reply) {
            Ok(count) => reply = &reply[count..],
            Err(why) if timed_out(&why) && !client.server.is_stopping() => {}
            Err(why) => return Err(why).explain(format!("lost {}", client.address)),
        }
    }
    Ok(())
}
