//! C4: a server that accepts once. It serves its client well, and exits; whoever else had connected is
//! reset, and whoever comes later is refused.

use std::process::ExitCode;

use common::{Explain, Failure, exit};
use lesson04::{Settings, converse, open};

fn main() -> ExitCode {
    exit(run(Settings::parse("A server that accepts one client (C4)")))
}

fn run(settings: Settings) -> Result<(), Failure> {
    let (listener, clients) = open(settings)?;
    // ANCHOR: bug
    let (connection, address) = listener.accept().explain("cannot accept a client")?;
    if let Some(client) = clients.admit(connection, address) {
        client.part(converse(&client));
    }
    // ANCHOR_END: bug
    drop(listener);
    clients.see_off();
    Ok(())
}
