//! A thread for each client writes its replies, and they wait for it in a list without end.
//!
//! The server reads on, however much waits to be sent. A client that sends and never reads
//! fills its memory.
//!
//! Instead of: exercise04
//! Fails: survives_clients_that_do_not_wait
//! Judged only on these.

mod lines;
mod shared;

use std::io::BufReader;
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
    let mut reader = BufReader::new(&*client.connection);
    let mut line = Vec::new();
    // ANCHOR: bug
    let (replies, unsent) = mpsc::channel::<String>();
    // ANCHOR_END: bug
    thread::scope(|scope| {
        let writer =
            scope.spawn(|| unsent.into_iter().try_for_each(|text| answer(client, &text)));
        while next_line(client, &mut reader, &mut line)? {
            let sent = replies.send(text_of(client, &line)?.into());
            if sent.is_err() {
                break;
            }
        }
        drop(replies);
        writer.join().expect("it doesn't panic")?;
        Ok("it finished sending")
    })
}
