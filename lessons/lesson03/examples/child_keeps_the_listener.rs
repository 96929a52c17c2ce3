//! The server starts a child that has the listener as well, and does nothing with it.
//!
//! When the server is killed, the child lives on. Its listener still holds the port, and
//! clients connect to a queue from which no program takes them.
//!
//! Instead of: exercise03
//! Fails: restarts_after_closing_first, restarts_after_a_kill, restarts_three_times
//! Judged only on Unix.

mod shared;

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::process::ExitCode;

use common::exit;
use shared::{RIGHT, Server, run_for_good};

fn main() -> ExitCode {
    let server = Server { listen, ..RIGHT };
    exit(run_for_good("A server that leaves a child behind", &server))
}

fn listen(address: SocketAddr, queue: i32) -> io::Result<TcpListener> {
    let listener = shared::listen(address, queue)?;
    // ANCHOR: bug
    leave_a_child_with(listener.try_clone()?)?;
    // ANCHOR_END: bug
    Ok(listener)
}

#[cfg(unix)]
fn leave_a_child_with(listener: TcpListener) -> io::Result<()> {
    let listener = std::os::fd::OwnedFd::from(listener);
    std::process::Command::new("sleep").arg("600").stdin(listener).spawn().map(drop)
}

/// On Windows, std lets no child inherit a socket.
#[cfg(not(unix))]
fn leave_a_child_with(_: TcpListener) -> io::Result<()> {
    Ok(())
}
