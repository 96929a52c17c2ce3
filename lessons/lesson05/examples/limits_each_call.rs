//! Each read and each write has a timeout, but the conversation has no deadline.
//!
//! A server that sends a little now and then holds the client forever, because each call
//! starts the timeout anew. `send` and `receive` are the solution's.
//!
//! Instead of: exercise05
//! Fails: gives_up_connecting, keeps_the_deadline

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
    // BUG: a socket's timeout starts anew with each call.
    let limit = Some(arguments.time_limit);
    connection.set_read_timeout(limit).explain("cannot set a time limit")?;
    connection.set_write_timeout(limit).explain("cannot set a time limit")?;

    thread::scope(|scope| {
        let sending = scope.spawn(|| {
            send(&mut &connection, length)?;
            // Half-close, so that the server knows this was all and can finish its echo.
            connection.shutdown(Shutdown::Write).explain("cannot end the message")
        });
        let received = receive(&mut &connection, length);
        if received.is_err() {
            // The echo isn't read any more, so `send` may be stuck. This wakes it.
            let _ = connection.shutdown(Shutdown::Both);
        }
        let sent = sending.join().expect("the sender does not panic");
        received.and(sent)
    })?;
    say!("echoed {length} bytes, each in its place")
}
