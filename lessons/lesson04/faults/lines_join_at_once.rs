//! Exercise 4, wrong: a thread for each client, and the accept loop waits for it.

use std::process::ExitCode;
use std::thread;

use common::{Failure, exit};
use lesson04::{Settings, accept_clients, answer_lines, open};

fn main() -> ExitCode {
    exit(run(Settings::parse("A server for lines that starts a thread and waits for it")))
}

fn run(settings: Settings) -> Result<(), Failure> {
    let (listener, clients) = open(settings)?;
    // ANCHOR: bug
    accept_clients(&listener, &clients, |client| {
        let thread = thread::spawn(move || client.part(answer_lines(&client)));
        let _ = thread.join();
    });
    // ANCHOR_END: bug
    drop(listener);
    clients.see_off();
    Ok(())
}
