//! Clients whose connection was lost stay in the count of clients.
//!
//! When there have been a thousand, the server takes no more.
//!
//! Instead of: exercise04
//! Fails: leaves_nothing_behind

mod lines;
mod shared;

use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};

use common::exit;

use lines::answer_lines;
use shared::server::{Client, Outcome, start_thread};
use shared::*;

static CLIENTS: AtomicUsize = AtomicUsize::new(0);

fn main() -> ExitCode {
    exit(run_with(args::parse(), |client| {
        if CLIENTS.fetch_add(1, Ordering::Relaxed) < 500 {
            start_thread(client, converse);
        }
    }))
}

fn converse(client: &Client) -> Outcome {
    // ANCHOR: bug
    let why = answer_lines(client)?;
    CLIENTS.fetch_sub(1, Ordering::Relaxed);
    // ANCHOR_END: bug
    Ok(why)
}
