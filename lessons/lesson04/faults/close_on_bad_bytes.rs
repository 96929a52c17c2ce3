//! S17: a client that sends what is no text is closed on the spot. What it has sent beyond that is unread,
//! so the close becomes a reset.

use std::process::ExitCode;
use std::thread;

use common::{Failure, complain, exit};
use lesson04::{PAUSE, Settings, converse, open};

fn main() -> ExitCode {
    exit(run(Settings::parse("A server that closes with unread input (S17)")))
}

fn run(settings: Settings) -> Result<(), Failure> {
    let (listener, clients) = open(settings)?;
    while clients.wait_for_a_place() {
        let Ok((connection, address)) = listener.accept() else {
            clients.rest(PAUSE);
            continue;
        };
        let Some(client) = clients.admit(connection, address) else { break };
        // ANCHOR: bug
        thread::spawn(move || match converse(&client) {
            Ok(farewell) => client.log(format_args!("left: {farewell}")),
            Err(failure) if !client.settings().quiet => complain(&failure),
            Err(_) => {}
        });
        // ANCHOR_END: bug
    }
    drop(listener);
    clients.see_off();
    Ok(())
}
