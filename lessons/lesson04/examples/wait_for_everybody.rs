//! Ctrl-C stops the accept loop, and then the server waits for its clients: for one that has nothing to
//! say, too, and for one that has left no more than its connection.
//!
//! Instead of: lesson04
//! Fails: leaves_nothing_behind, stops_in_time, stops_on_ctrl_c, stops_when_told_to_end,
//!   stops_a_full_house, stops_without_delay, stops_with_the_last_descriptor

use std::process::ExitCode;
use std::thread;

use common::{Failure, exit};
use lesson04::{Settings, accept_clients, converse, open};

fn main() -> ExitCode {
    exit(run(Settings::parse("A server that waits for all its clients at the end")))
}

fn run(settings: Settings) -> Result<(), Failure> {
    let (listener, clients) = open(settings)?;
    let mut threads = Vec::new();
    accept_clients(&listener, &clients, |client| {
        threads.push(thread::spawn(move || client.part(converse(&client))));
    });
    drop(listener);
    // ANCHOR: bug
    for thread in threads {
        let _ = thread.join();
    }
    // ANCHOR_END: bug
    clients.see_off();
    Ok(())
}
