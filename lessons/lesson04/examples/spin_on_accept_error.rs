//! An error of `accept` is reported, and accept is called again at once. While no descriptor is left it
//! fails at once, too: the server fills a processor and its log with the same line.
//!
//! Instead of: lesson04
//! Fails: survives_without_descriptors, waits_for_descriptors

use std::process::ExitCode;

use common::{Failure, complain, exit};
use lesson04::{Settings, converse, open, start_thread};

fn main() -> ExitCode {
    exit(run(Settings::parse("A server that spins when accept fails")))
}

fn run(settings: Settings) -> Result<(), Failure> {
    let (listener, clients) = open(settings)?;
    while clients.wait_for_a_place() {
        // ANCHOR: bug
        match listener.accept() {
            Ok((connection, address)) => {
                if let Some(client) = clients.admit(connection, address) {
                    start_thread(client, converse);
                }
            }
            Err(why) => complain(&Failure::new("cannot accept a client", why)),
        }
        // ANCHOR_END: bug
    }
    drop(listener);
    clients.see_off();
    Ok(())
}
