//! The listener is bound to all addresses of the machine, and the given one is printed.
//!
//! Instead of: exercise04
//! Fails: listens_where_it_is_told, survives_without_descriptors,
//!   stops_without_descriptors

mod lines;
mod shared;

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::process::ExitCode;

use common::{Explain, Failure, cannot_listen, exit, say};

use lines::answer_lines;
use shared::*;

fn main() -> ExitCode {
    // ANCHOR: bug
    let mut args = args::parse();
    let given = args.address;
    if given.is_ipv4() {
        args.address.set_ip(Ipv4Addr::UNSPECIFIED.into());
    }
    exit(run(args, given))
    // ANCHOR_END: bug
}

fn run(args: args::Args, given: SocketAddr) -> Result<(), Failure> {
    let listener =
        TcpListener::bind(args.address).map_err(cannot_listen(args.address))?;
    let mut address = listener.local_addr().explain("cannot learn the address")?;
    address.set_ip(given.ip());
    let server = server::Server::new(args)?;
    server.stop_on_ctrl_c(address)?;
    say!("listening on {address}")?;
    accept_clients(&listener, &server, |client| {
        server::start_thread(client, answer_lines);
    });
    drop(listener);
    server.drain();
    Ok(())
}
