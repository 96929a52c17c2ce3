//! The accept loop, and a thread for each client.

use std::io::ErrorKind;
use std::net::TcpListener;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use common::Failure;

use crate::clients::{Client, Clients};
use crate::converse::Farewell;

/// How long the accept loop rests after an error, unless somebody leaves before.
const PAUSE: Duration = Duration::from_millis(100);

/// How long such errors are not worth another word.
const REMINDER: Duration = Duration::from_secs(60);

/// Accepts clients, and hands each over to `welcome`, until the server is told to stop.
// ANCHOR: serve
pub fn accept_clients(
    listener: &TcpListener,
    clients: &Arc<Clients>,
    mut welcome: impl FnMut(Client),
) {
    let mut complained: Option<Instant> = None;
    // While all places are taken, nobody is accepted: whoever comes waits in the kernel's queue.
    while clients.wait_for_a_place() {
        match listener.accept() {
            Ok((connection, address)) => match clients.admit(connection, address) {
                Some(client) => welcome(client),
                // The server stops, and this connection came only to wake us.
                None => break,
            },
            // The client has broken off before its turn came. That is its own affair.
            Err(why) if why.kind() == ErrorKind::ConnectionAborted => {}
            // Most likely no descriptor is left (EMFILE). The client stays in the queue, so another
            // try would fail as well, and again, as fast as the processor can. Rest a little.
            Err(why) => {
                if complained.is_none_or(|when| when.elapsed() > REMINDER) {
                    complained = Some(Instant::now());
                    let failure = Failure::new("cannot accept clients", why);
                    clients.complain(
                        failure.advise("those who are connected are served; trying again"),
                    );
                }
                clients.rest(PAUSE);
            }
        }
    }
}

/// Talks with one client on a thread of its own.
pub fn start_thread(client: Client, converse: fn(&Client) -> Result<Farewell, Failure>) {
    let (address, clients) = (client.address, client.all());
    // A panic's message begins with the thread's name: "thread '127.0.0.1:50123' panicked at …".
    let thread = thread::Builder::new().name(address.to_string());
    // `move` gives the client to the thread. However the thread ends, even by a panic, there the
    // client is dropped and its connection closed. If the thread cannot start, it happens here.
    let started = thread.spawn(move || client.part(converse(&client)));
    if let Err(why) = started {
        clients.complain(Failure::new(format!("cannot start a thread for {address}"), why));
    }
}
// ANCHOR_END: serve
