//! Exercise 4, wrong: an error of `accept` is reported, and `accept` is called again at once. While no
//! descriptor is left it fails at once, too.
//!
//! Instead of: exercise04
//! Fails: survives_without_descriptors, waits_for_descriptors

use std::process::ExitCode;

use common::{Failure, complain, exit};
use lesson04::{Settings, answer_lines, open, start_thread};

fn main() -> ExitCode {
    exit(run(Settings::parse("A server for lines that spins when accept fails")))
}

fn run(settings: Settings) -> Result<(), Failure> {
    let (listener, clients) = open(settings)?;
    while clients.wait_for_a_place() {
        // ANCHOR: bug
        match listener.accept() {
            Ok((connection, address)) => {
                if let Some(client) = clients.admit(connection, address) {
                    start_thread(client, answer_lines);
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
