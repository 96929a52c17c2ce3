//! Without SO_REUSEADDR (chapter 2.3). std sets it, so the socket is made by hand here, as in Python. After
//! `kill -9` with clients connected, the port is taken for a minute.
//!
//! Instead of: lesson04
//! Fails: runs_again_after_kill
//! Judged only on these.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::process::ExitCode;

use common::{Explain, Failure, cannot_listen, exit, say};
use lesson04::{Clients, Settings, accept_clients, converse, start_thread, stop_on_ctrl_c};
use socket2::{Domain, Socket, Type};

fn main() -> ExitCode {
    exit(run(Settings::parse("A server that cannot be started again at once")))
}

fn run(settings: Settings) -> Result<(), Failure> {
    let listener = listen(settings.address).map_err(cannot_listen(settings.address))?;
    let address = listener.local_addr().explain("cannot learn the listener's address")?;
    let clients = Clients::new(settings)?;
    stop_on_ctrl_c(address, &clients)?;
    say!("listening on {address}")?;
    accept_clients(&listener, &clients, |client| start_thread(client, converse));
    drop(listener);
    clients.see_off();
    Ok(())
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    // ANCHOR: bug
    socket.bind(&address.into())?;
    // ANCHOR_END: bug
    socket.listen(128)?;
    Ok(socket.into())
}
