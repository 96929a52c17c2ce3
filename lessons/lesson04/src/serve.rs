//! The accept loop, and a thread for each client.

use std::io::ErrorKind;
use std::net::TcpListener;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use common::{Failure, complain};

use crate::clients::{Client, Clients};
use crate::converse::Farewell;

/// How long the accept loop rests after an error, unless somebody leaves before.
pub const PAUSE: Duration = Duration::from_millis(100);

/// What is done with one client, on its own thread.
pub type Conversation = fn(&Client) -> Result<Farewell, Failure>;

/// Accepts clients and serves each on its own thread, until the server is told to stop.
// ANCHOR: serve
pub fn serve(listener: &TcpListener, clients: &Arc<Clients>, conversation: Conversation) {
    let mut in_trouble = false;
    // When all places are taken, nobody is accepted: whoever comes waits in the kernel's queue.
    while clients.wait_for_a_place() {
        match listener.accept() {
            Ok((connection, address)) => {
                in_trouble = false;
                // None: the server stops, and this connection only came to wake us.
                if let Some(client) = clients.admit(connection, address) {
                    start_thread(client, conversation);
                }
            }
            // The client took its connection back before its turn came. That is its own affair.
            Err(why) if why.kind() == ErrorKind::ConnectionAborted => {}
            // Mostly there is no descriptor left (EMFILE). The client stays in the queue, so trying
            // again at once would fail at once, as fast as the processor can: rest a little.
            Err(why) => {
                if !in_trouble {
                    complain(
                        &Failure::new("cannot accept clients", why).advise(
                            "those who are connected are served; trying again until it works",
                        ),
                    );
                }
                in_trouble = true;
                clients.rest(PAUSE);
            }
        }
    }
}

/// Serves one client on a thread of its own.
pub fn start_thread(client: Client, conversation: Conversation) {
    let address = client.address;
    // The name is what a panic's message begins with: "thread '127.0.0.1:50123' panicked at …".
    let thread = thread::Builder::new().name(address.to_string());
    // `move` hands the client over to the thread: it is dropped, and with it the connection closed,
    // where the thread ends, in whatever way. If the thread cannot be started, that is here.
    let started = thread.spawn(move || client.part(conversation(&client)));
    if let Err(why) = started {
        complain(&Failure::new(format!("cannot start a thread for {address}"), why));
    }
}
// ANCHOR_END: serve
