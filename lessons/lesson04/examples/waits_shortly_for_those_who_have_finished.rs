//! A client that has finished sending has three seconds to read its replies.
//!
//! A thread of its own writes them. Who goes on sending is waited for.
//!
//! Instead of: exercise04
//! Fails: waits_for_a_slow_reader

mod lines;
mod shared;

use std::io::BufReader;
use std::net::Shutdown;
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use common::{Explain, exit};

use lines::{answer, next_line, text_of};
use shared::converse::set_options;
use shared::server::{Client, Outcome};
use shared::*;

/// How many bytes of text may wait for the thread that writes.
const MOST: usize = 1 << 20;

fn main() -> ExitCode {
    exit(server::run(args::parse(), converse))
}

fn converse(client: &Client) -> Outcome {
    set_options(client).explain(format!("lost {}", client.address))?;
    let waiting = AtomicUsize::new(0);
    thread::scope(|scope| {
        let (sender, texts) = mpsc::channel::<String>();
        let writer = scope.spawn(|| {
            texts.into_iter().try_for_each(|text| {
                waiting.fetch_sub(text.len() + 1, Ordering::Relaxed);
                answer(client, &text)
            })
        });
        let mut reader = BufReader::new(&*client.connection);
        let mut line = Vec::new();
        let read = || -> Outcome {
            while next_line(client, &mut reader, &mut line)? {
                let text = text_of(client, &line)?.to_owned();
                waiting.fetch_add(text.len() + 1, Ordering::Relaxed);
                if sender.send(text).is_err() {
                    break;
                }
                while waiting.load(Ordering::Relaxed) > MOST && !writer.is_finished() {
                    thread::sleep(Duration::from_millis(5));
                }
            }
            Ok("it finished sending")
        };
        let outcome = { read }();
        drop(sender);
        // ANCHOR: bug
        let end = Instant::now() + Duration::from_secs(3);
        while outcome.is_ok() && !writer.is_finished() && Instant::now() < end {
            thread::sleep(Duration::from_millis(5));
        }
        if outcome.is_ok() {
            let _ = client.connection.shutdown(Shutdown::Both);
        }
        // ANCHOR_END: bug
        let written = writer.join().expect("it doesn't panic");
        outcome.and_then(|why| written.map(|()| why))
    })
}
