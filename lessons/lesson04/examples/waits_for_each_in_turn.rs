//! After Ctrl-C, the server waits for one client after the other, 0.9 seconds for each.
//!
//! With two clients that read nothing, that's in time. With five, it isn't.
//!
//! Instead of: exercise04
//! Fails: stops_in_time

mod lines;
mod shared;

use std::net::{Shutdown, TcpStream};
use std::process::ExitCode;
use std::sync::{Arc, Mutex, Weak};
use std::thread;
use std::time::{Duration, Instant};

use common::{Failure, exit};

use lines::answer_lines;
use shared::args::Args;
use shared::server::start_thread;
use shared::*;

fn main() -> ExitCode {
    exit(run(args::parse()))
}

fn run(args: Args) -> Result<(), Failure> {
    let (listener, server) = open(args)?;
    let connections: Mutex<Vec<Weak<TcpStream>>> = Mutex::default();
    accept_clients(&listener, &server, |client| {
        let mut connections = connections.lock().expect("no thread panics");
        connections.retain(|connection| connection.strong_count() > 0);
        connections.push(Arc::downgrade(&client.connection));
        start_thread(client, answer_lines);
    });
    drop(listener);
    let connections = connections.into_inner().expect("no thread panics");
    // ANCHOR: bug
    for connection in &connections {
        if let Some(connection) = connection.upgrade() {
            let _ = connection.shutdown(Shutdown::Read);
        }
    }
    for connection in &connections {
        let since = Instant::now();
        while connection.strong_count() > 0 && since.elapsed().as_millis() < 900 {
            thread::sleep(Duration::from_millis(5));
        }
    }
    // ANCHOR_END: bug
    Ok(())
}
