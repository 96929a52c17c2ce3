//! Where a client connects to that is told no address.

use std::net::TcpListener;

use common::TUTORIAL_ADDRESS;
use grader::{Hint, Machine, Network, Outcome, Peer, Program, Run};

/// A client that was told no address, and its connection with the check, in a network of their own:
/// there the tutorial's port is free, and no other program can take it.
pub struct AskedByDefault {
    pub client: Program,
    pub server: Peer,
    _network: Network,
}

/// Demands that a client with these options connects to the tutorial's address.
pub fn is_asked_by_default(run: &mut Run, options: &[&str]) -> Outcome<AskedByDefault> {
    const HINT: &str = "What's the address if your program is given none?";
    let network = run.network()?;
    run.attempt("it has a loopback address", network.has_loopback(Machine::Left))?;
    let listens = network.within(Machine::Left, || TcpListener::bind(TUTORIAL_ADDRESS));
    let listener = listens.map_err(|why| run.broken(TUTORIAL_ADDRESS, why))?;
    let mut listener = run.listener(listener);
    let client = run.start_on(&network, Machine::Left, options)?;
    let server = listener.accept().hint(HINT)?;
    Ok(AskedByDefault { client, server, _network: network })
}
