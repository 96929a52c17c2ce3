//! Lesson 4's own modules, for programs that get one thing wrong and share the rest.
//!
//! Such a program says `use shared::*`. Then `crate::server` is the lesson's module.

#![allow(dead_code, unused_imports, reason = "no program needs all of it")]

#[path = "../../src/args.rs"]
pub mod args;
#[path = "../../src/converse.rs"]
pub mod converse;
#[path = "../../src/log.rs"]
pub mod log;
#[path = "../../src/server.rs"]
pub mod server;

use std::net::{IpAddr, TcpListener};
use std::sync::Arc;

use common::{Explain, Failure, REPLY, cannot_listen, say};

use args::Args;
use server::{Client, Server};

/// The lesson's `run`, except that `welcome` gets each client.
pub fn run_with(args: Args, welcome: impl FnMut(Client)) -> Result<(), Failure> {
    let (listener, server) = open(args)?;
    run_on(listener, &server, welcome);
    Ok(())
}

/// What it does with its listener.
pub fn run_on(listener: TcpListener, server: &Arc<Server>, welcome: impl FnMut(Client)) {
    accept_clients(&listener, server, welcome);
    drop(listener);
    server.drain();
}

/// How the lesson's `run` begins.
pub fn open(args: Args) -> Result<(TcpListener, Arc<Server>), Failure> {
    let listener =
        TcpListener::bind(args.address).map_err(cannot_listen(args.address))?;
    let server = announce(&listener, args)?;
    Ok((listener, server))
}

/// The same, except that the server says another address than it listens at.
pub fn open_as(args: Args, said: IpAddr) -> Result<(TcpListener, Arc<Server>), Failure> {
    let listener =
        TcpListener::bind(args.address).map_err(cannot_listen(args.address))?;
    let mut address =
        listener.local_addr().explain("cannot learn the listener's address")?;
    address.set_ip(said);
    let server = Server::new(args)?;
    server.stop_on_ctrl_c(address)?;
    say!("listening on {address}")?;
    Ok((listener, server))
}

/// How it goes on once it has a listener.
pub fn announce(listener: &TcpListener, args: Args) -> Result<Arc<Server>, Failure> {
    let address = listener.local_addr().explain("cannot learn the listener's address")?;
    let server = Server::new(args)?;
    server.stop_on_ctrl_c(address)?;
    say!("listening on {address}")?;
    Ok(server)
}

/// The loop of the lesson's `run`, except that `welcome` gets each client.
pub fn accept_clients(
    listener: &TcpListener,
    server: &Arc<Server>,
    mut welcome: impl FnMut(Client),
) {
    while server.wait_for_slot() {
        match listener.accept() {
            Ok((connection, address)) => match server.admit(connection, address) {
                Some(client) => welcome(client),
                None => break,
            },
            Err(why) => server.back_off(why),
        }
    }
}

/// The reply, as the client expects it.
pub fn reply(client: &Client) -> Vec<u8> {
    let reply = client.server.args.encoding.encode(REPLY);
    reply.expect("both encodings have its characters")
}
