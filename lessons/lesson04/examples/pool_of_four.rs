//! Four threads serve the clients. A fifth waits until one of the four has gone.
//!
//! Instead of: exercise04
//! Fails: serves_many_clients, survives_without_descriptors, stops_on_ctrl_c,
//!   stops_in_time

mod lines;
mod shared;

use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;

use common::exit;

use lines::answer_lines;
use shared::*;

fn main() -> ExitCode {
    // ANCHOR: bug
    let (clients, waiting) = mpsc::channel::<server::Client>();
    let waiting = Arc::new(Mutex::new(waiting));
    for _ in 0..4 {
        let waiting = Arc::clone(&waiting);
        thread::spawn(move || {
            loop {
                let next = waiting.lock().unwrap_or_else(PoisonError::into_inner).recv();
                let Ok(client) = next else { return };
                client.close(answer_lines(&client));
            }
        });
    }
    exit(run_with(args::parse(), |client| drop(clients.send(client))))
    // ANCHOR_END: bug
}
