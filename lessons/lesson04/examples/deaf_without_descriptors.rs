//! Exercise 4, wrong: after an error of `accept`, the server rests and tries again until there is a client.
//! While no descriptor is left, it does not look whether Ctrl-C has been pressed.
//!
//! Instead of: exercise04
//! Fails: stops_without_descriptors

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use common::{Failure, complain, exit};
use lesson04::{Settings, answer_lines, open, start_thread};

fn main() -> ExitCode {
    exit(run(Settings::parse("A server for lines that does not stop while accept fails")))
}

fn run(settings: Settings) -> Result<(), Failure> {
    let (listener, clients) = open(settings)?;
    while clients.wait_for_a_place() {
        let (connection, address) = next_client(&listener);
        if let Some(client) = clients.admit(connection, address) {
            start_thread(client, answer_lines);
        }
    }
    drop(listener);
    clients.see_off();
    Ok(())
}

fn next_client(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    // ANCHOR: bug
    loop {
        match listener.accept() {
            Ok(client) => return client,
            Err(why) => complain(&Failure::new("cannot accept a client", why)),
        }
        thread::sleep(Duration::from_millis(100));
    }
    // ANCHOR_END: bug
}
