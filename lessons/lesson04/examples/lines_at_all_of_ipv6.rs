//! Told an address of IPv6, the server listens at all of them, and says nothing of it.
//!
//! Instead of: exercise04
//! Fails: serves_ipv6

mod lines;
mod shared;

use std::net::{Ipv6Addr, SocketAddr, TcpListener};
use std::process::ExitCode;

use common::{Explain, Failure, cannot_listen, exit, say};

use lines::answer_lines;
use shared::*;

fn main() -> ExitCode {
    // ANCHOR: bug
    let mut args = args::parse();
    let given = args.address;
    if given.is_ipv6() {
        args.address.set_ip(Ipv6Addr::UNSPECIFIED.into());
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
