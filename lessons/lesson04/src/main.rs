//! Lesson 4: a server for many clients, each on a thread of its own, that can be stopped.

mod args;

use std::net::TcpListener;
use std::process::ExitCode;

use common::{Explain, Failure, cannot_listen, exit, say};
use lesson04::{Clients, Settings, converse, serve, stop_on_ctrl_c};

// `main` only turns the outcome into an exit code; what can fail stands in `run`.
fn main() -> ExitCode {
    exit(run(args::parse()))
}

// ANCHOR: run
fn run(settings: Settings) -> Result<(), Failure> {
    let listener = TcpListener::bind(settings.address).map_err(cannot_listen(settings.address))?;
    let address = listener.local_addr().explain("cannot learn the listener's address")?;
    let clients = Clients::new(settings);
    stop_on_ctrl_c(address, &clients)?;
    say!("listening on {address}")?;

    // Accept clients, one thread for each, until Ctrl-C.
    serve(&listener, &clients, converse);

    // Close the listener: from here on, the kernel refuses whoever knocks.
    drop(listener);
    // Those who are connected still get the replies that are under way.
    clients.see_off();
    Ok(())
}
// ANCHOR_END: run
