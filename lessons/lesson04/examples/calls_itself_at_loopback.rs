//! On Ctrl-C, the server connects to itself at 127.0.0.1, wherever it listens.
//!
//! Instead of: exercise04
//! Fails: stops_wherever_it_listens

mod lines;
mod shared;

use std::net::{Ipv4Addr, TcpListener};
use std::process::ExitCode;

use common::{Explain, Failure, cannot_listen, exit, say};

use lines::answer_lines;
use shared::*;

fn main() -> ExitCode {
    // ANCHOR: bug
    exit(run(args::parse()))
    // ANCHOR_END: bug
}

fn run(args: args::Args) -> Result<(), Failure> {
    let listener =
        TcpListener::bind(args.address).map_err(cannot_listen(args.address))?;
    let address = listener.local_addr().explain("cannot learn the address")?;
    let server = server::Server::new(args)?;
    // On Linux, all of 127.0.0.0/8 is the machine itself.
    let own = if address.is_ipv4() && address.ip().is_loopback() {
        address
    } else {
        (Ipv4Addr::LOCALHOST, address.port()).into()
    };
    server.stop_on_ctrl_c(own)?;
    say!("listening on {address}")?;
    accept_clients(&listener, &server, |client| {
        server::start_thread(client, answer_lines);
    });
    drop(listener);
    server.drain();
    Ok(())
}
