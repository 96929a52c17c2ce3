//! A line that isn't text throws away the replies that wait for room.
//!
//! A thread of its own writes them, and the connection is shut down without waiting for it.
//!
//! Instead of: exercise04
//! Fails: closes_on_bytes_that_are_not_text, closes_on_a_line_that_is_too_long,
//!   does_the_same_in_ipv6

mod lines;
mod shared;

use std::io::BufReader;
use std::net::Shutdown;
use std::process::ExitCode;
use std::sync::mpsc;
use std::thread;

use common::{Explain, exit};

use lines::{answer, next_line, text_of};
use shared::converse::set_options;
use shared::server::{Client, Outcome};
use shared::*;

fn main() -> ExitCode {
    exit(server::run(args::parse(), converse))
}

fn converse(client: &Client) -> Outcome {
    set_options(client).explain(format!("lost {}", client.address))?;
    thread::scope(|scope| {
        let (sender, texts) = mpsc::sync_channel::<String>(1000);
        let writer =
            scope.spawn(move || texts.iter().try_for_each(|text| answer(client, &text)));
        let mut reader = BufReader::new(&*client.connection);
        let mut line = Vec::new();
        let read = || -> Outcome {
            while next_line(client, &mut reader, &mut line)? {
                if sender.send(text_of(client, &line)?.to_owned()).is_err() {
                    break;
                }
            }
            Ok("it finished sending")
        };
        let outcome = { read }();
        // ANCHOR: bug
        if outcome.is_err() {
            let _ = client.connection.shutdown(Shutdown::Both);
        }
        // ANCHOR_END: bug
        drop(sender);
        let written = writer.join().expect("it doesn't panic");
        outcome.and_then(|why| written.map(|()| why))
    })
}
