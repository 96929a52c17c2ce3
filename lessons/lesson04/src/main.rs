//! Lesson 4: a server for many clients, each on a thread of its own, that can be stopped.

use std::net::TcpListener;
use std::process::ExitCode;

use common::{Explain, Failure, cannot_listen, exit, say};
use lesson04::{Clients, Settings, accept_clients, converse, start_thread, stop_on_ctrl_c};

// `main` only turns the outcome into an exit code; what can fail stands in `run`.
fn main() -> ExitCode {
    let about = "Serves many clients at the same time and replies to whatever they send.";
    exit(run(Settings::parse(about)))
}

// ANCHOR: run
fn run(settings: Settings) -> Result<(), Failure> {
    let listener = TcpListener::bind(settings.address).map_err(cannot_listen(settings.address))?;
    let address = listener.local_addr().explain("cannot learn the listener's address")?;
    let clients = Clients::new(settings)?;
    stop_on_ctrl_c(address, &clients)?;
    say!("listening on {address}")?;

    // Until Ctrl-C: accept one client after the other, and talk with each on a thread of its own.
    accept_clients(&listener, &clients, |client| start_thread(client, converse));

    // Close the listener: from now on, the kernel refuses everybody who comes.
    drop(listener);
    // Whoever is connected still gets the reply that is under way.
    clients.see_off();
    Ok(())
}
// ANCHOR_END: run
