//! S17: a client that sends what is no text is closed on the spot. What it has sent beyond that is unread,
//! so the close becomes a reset.
//!
//! Instead of: lesson04
//! Fails: parts_with_bytes_that_are_not_text, parts_when_replies_have_arrived,
//!   does_not_wait_for_who_reads_its_errors

use std::process::ExitCode;
use std::thread;

use common::{Failure, complain, exit};
use lesson04::{Settings, accept_clients, converse, open};

fn main() -> ExitCode {
    exit(run(Settings::parse("A server that closes with unread input (S17)")))
}

fn run(settings: Settings) -> Result<(), Failure> {
    let (listener, clients) = open(settings)?;
    // ANCHOR: bug
    accept_clients(&listener, &clients, |client| {
        thread::spawn(move || match converse(&client) {
            Err(failure) if !client.settings().quiet => complain(&failure),
            outcome => client.part(outcome),
        });
    });
    // ANCHOR_END: bug
    drop(listener);
    clients.see_off();
    Ok(())
}
