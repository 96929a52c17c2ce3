//! Ctrl-C stops the accept loop, and then the server waits for its clients: for one that has nothing to
//! say, too, and for one that has left no more than its connection.

use std::process::ExitCode;
use std::thread;

use common::{Failure, exit};
use lesson04::{PAUSE, Settings, converse, open};

fn main() -> ExitCode {
    exit(run(Settings::parse("A server that waits for all its clients at the end")))
}

fn run(settings: Settings) -> Result<(), Failure> {
    let (listener, clients) = open(settings)?;
    let mut threads = Vec::new();
    while clients.wait_for_a_place() {
        let Ok((connection, address)) = listener.accept() else {
            clients.rest(PAUSE);
            continue;
        };
        if let Some(client) = clients.admit(connection, address) {
            threads.push(thread::spawn(move || client.part(converse(&client))));
        }
    }
    drop(listener);
    // ANCHOR: bug
    for thread in threads {
        let _ = thread.join();
    }
    // ANCHOR_END: bug
    clients.see_off();
    Ok(())
}
