//! Ctrl-C.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use common::{Explain, Failure};
use socket2::{Domain, Socket, Type};

use crate::clients::Clients;

/// On Ctrl-C (SIGINT), or when it is told to end (SIGTERM), the server stops.
///
/// # Errors
///
/// The system gives no socket, or no way to handle the signal.
// ANCHOR: ctrl_c
pub fn stop_on_ctrl_c(listener: SocketAddr, clients: &Arc<Clients>) -> Result<(), Failure> {
    let cannot = "cannot prepare for Ctrl-C";
    // The main thread waits in accept, and no system has a portable way to call it out of there. So
    // we connect to ourselves once, like somebody who rings the bell and runs. The socket is made now:
    // when it is needed, there may be no descriptor left.
    let bell = Socket::new(Domain::for_address(listener), Type::STREAM, None).explain(cannot)?;
    let clients = Arc::clone(clients);
    // The handler runs on a thread of its own, where all calls are allowed.
    ctrlc::set_handler(move || {
        clients.stop();
        // If this fails, then because accept has other clients to return, or no longer waits.
        let _ = bell.connect_timeout(&reachable(listener).into(), Duration::from_secs(1));
    })
    .map_err(|why| Failure::new(cannot, why))
}
// ANCHOR_END: ctrl_c

/// 0.0.0.0 and :: stand for all addresses of this machine; loopback is always one of them.
pub fn reachable(mut listener: SocketAddr) -> SocketAddr {
    if listener.ip().is_unspecified() {
        listener.set_ip(match listener {
            SocketAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            SocketAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        });
    }
    listener
}
