//! The server starts a child that has the listener as well, and does nothing with it.
//!
//! When the server is killed, the child lives on. Its listener still holds the port, and
//! clients connect to a queue from which no program takes them.
//!
//! Instead of: exercise03
//! Fails: restarts_after_closing_first, restarts_after_a_kill, restarts_three_times

mod shared;

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::os::fd::OwnedFd;
use std::process::{Command, ExitCode};

use common::exit;
use shared::{RIGHT, Server, run_for_good};

fn main() -> ExitCode {
    let server = Server { listen, ..RIGHT };
    exit(run_for_good("A server that leaves a child behind", &server))
}

fn listen(address: SocketAddr, queue: i32) -> io::Result<TcpListener> {
    let listener = shared::listen(address, queue)?;
    // ANCHOR: bug
    let duplicate = OwnedFd::from(listener.try_clone()?);
    Command::new("sleep").arg("600").stdin(duplicate).spawn()?;
    // ANCHOR_END: bug
    Ok(listener)
}
