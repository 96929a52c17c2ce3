//! Each client has a timer, and none is stopped when its client has gone.
//!
//! A thread sleeps for the time limit, and shuts the connection down. A thousand clients that
//! come and go leave a thousand threads for ten seconds.
//!
//! Instead of: exercise02
//! Fails: serves_a_hundred_clients
//! Judged only on Linux. Elsewhere, threads aren't counted.

mod shared;

use std::io;
use std::net::{Shutdown, TcpStream};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use common::exit;
use shared::{RIGHT, Server, run_for_good};

fn main() -> ExitCode {
    exit(run_for_good("A server with a timer for each client", Server { read, ..RIGHT }))
}

fn read(connection: &TcpStream, limit: Duration) -> io::Result<Vec<u8>> {
    // ANCHOR: bug
    let watched = std::sync::Arc::new(connection.try_clone()?);
    let timer = std::sync::Arc::downgrade(&watched);
    thread::spawn(move || {
        thread::sleep(limit);
        timer.upgrade().map(|connection| connection.shutdown(Shutdown::Both))
    });
    // ANCHOR_END: bug
    shared::read(connection, limit)
}
