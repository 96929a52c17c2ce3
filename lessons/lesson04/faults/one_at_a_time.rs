//! A server that serves in its accept loop: one silent client, and everybody waits.

use std::process::ExitCode;

use common::{Explain, Failure, exit};
use lesson04::{PAUSE, Settings, converse, open};

fn main() -> ExitCode {
    exit(run(Settings::parse("A server that serves one client after the other")))
}

fn run(settings: Settings) -> Result<(), Failure> {
    let (listener, clients) = open(settings)?;
    // ANCHOR: bug
    while clients.wait_for_a_place() {
        let accepted = listener.accept().explain("cannot accept a client");
        match accepted {
            Ok((connection, address)) => {
                if let Some(client) = clients.admit(connection, address) {
                    client.part(converse(&client));
                }
            }
            Err(failure) => {
                common::complain(&failure);
                clients.rest(PAUSE);
            }
        }
    }
    // ANCHOR_END: bug
    drop(listener);
    clients.see_off();
    Ok(())
}
