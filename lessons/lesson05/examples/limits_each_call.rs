//! Each read and each write has the whole time limit for itself: a server that sends a little now and then
//! holds the client for ever. `send` and `receive` are the solution's.
//!
//! Instead of: exercise05
//! Fails: keeps_the_time_limit

#[path = "../solution.rs"]
#[expect(dead_code, reason = "`main` and `run` are this file's own")]
mod solution;

use std::net::{Shutdown, TcpStream};
use std::process::ExitCode;
use std::thread;

use common::{Explain, Failure, cannot_connect, exit, say};
use lesson05::echo_arguments;
use solution::{receive, send};

fn main() -> ExitCode {
    exit(run())
}

fn run() -> Result<(), Failure> {
    let (arguments, length) = echo_arguments("Exercise 5: a time limit for each call");
    let server = arguments.address;
    let connection = TcpStream::connect_timeout(&server, arguments.time_limit)
        .map_err(cannot_connect(server))?;
    // BUG: a socket's time-out begins anew with each call.
    let limit = Some(arguments.time_limit);
    connection.set_read_timeout(limit).explain("cannot set a time limit")?;
    connection.set_write_timeout(limit).explain("cannot set a time limit")?;

    thread::scope(|scope| {
        let sending = scope.spawn(|| {
            send(&mut &connection, length)?;
            // Now the server can know that this was all, and can end its side too.
            connection.shutdown(Shutdown::Write).explain("cannot end the message")
        });
        let received = receive(&mut &connection, length);
        if received.is_err() {
            // Nobody reads any more, so the sender may be stuck: this wakes it.
            let _ = connection.shutdown(Shutdown::Both);
        }
        let sent = sending.join().expect("the sender does not panic");
        received.and(sent)
    })?;
    say!("echoed {length} bytes, each in its place")
}
