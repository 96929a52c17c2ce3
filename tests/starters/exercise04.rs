// NOT STARTED: delete this line to be graded
//! Exercise 4: a server for many clients, where one line is one message.
//!
//! It serves one client that types a line now and then. The list of checks in the book
//! says what it has to do, in two milestones; the details are at the top of
//! `tests/lesson04/exercise.rs`. Do what's marked with 1 first. What's marked with 2 is
//! prepared, and can wait.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use common::{Arguments, Explain, Failure, REPLY, cannot_listen, exit, say};

/// The connections of all clients, so that Ctrl-C can reach them.
static CLIENTS: Mutex<Vec<Arc<TcpStream>>> = Mutex::new(Vec::new());

/// Ctrl-C was pressed.
static STOPPING: AtomicBool = AtomicBool::new(false);

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A server for many clients, line by line (exercise 4)")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let listener =
        TcpListener::bind(arguments.address).map_err(cannot_listen(arguments.address))?;
    let address = listener.local_addr().explain("cannot learn the address")?;
    stop_on_ctrl_c(address)?;
    say!("listening on {address}")?;
    while !STOPPING.load(Ordering::Relaxed) {
        // TODO(you), 2: an error of `accept` isn't the end of the server.
        let (connection, client) = listener.accept().explain("cannot accept a client")?;
        let connection = Arc::new(connection);
        // Here, and not on a thread that may begin late: Ctrl-C must find each client.
        clients().push(Arc::clone(&connection));
        // TODO(you), 1: which clients wait while this one is served? `thread::spawn` takes
        // a function and runs it beside the others (chapter 3, "The repair").
        serve(connection, client)?;
    }
    // TODO(you), 2: close the listener here (the page "Limits, errors, Ctrl-C" has the
    // whole plan).
    for _connection in clients().iter() {
        // TODO(you), 2: the client's thread waits in `read`. What wakes it?
    }
    // TODO(you), 2: give the clients time for their last replies.
    Ok(())
}

fn stop_on_ctrl_c(_own: SocketAddr) -> Result<(), Failure> {
    // On Ctrl-C, `ctrlc` calls this function, on a thread of its own.
    let handler = || {
        STOPPING.store(true, Ordering::Relaxed);
        // TODO(you), 2: the main thread waits in `accept`. What wakes it? Then the server
        // can end by itself, with exit code 0, and you don't need the next line.
        std::process::exit(130);
    };
    ctrlc::set_handler(handler)
        .map_err(|why| Failure::new("cannot prepare for Ctrl-C", why))
}

/// Serves a client, and takes its connection off the list when it has gone.
fn serve(connection: Arc<TcpStream>, client: SocketAddr) -> Result<(), Failure> {
    let outcome = answer_lines(&connection, client);
    clients().retain(|other| !Arc::ptr_eq(other, &connection));
    // TODO(you), 2: an error of one client ends that client only. `common::complain`
    // writes it on stderr.
    outcome
}

fn answer_lines(mut connection: &TcpStream, client: SocketAddr) -> Result<(), Failure> {
    let mut buffer = [0; 1024];
    loop {
        // TODO(you), 1: one line is one message, however it's cut into chunks. `BufReader`
        // has a method that reads up to a `\n` (the page "Lines").
        // TODO(you), 2: a line that's too long, or not UTF-8, is an error.
        let count = connection.read(&mut buffer).explain(format!("lost {client}"))?;
        if count == 0 {
            return Ok(());
        }
        let text = String::from_utf8_lossy(&buffer[..count]);
        let reply = format!("{REPLY} {text}");
        connection.write_all(reply.as_bytes()).explain(format!("lost {client}"))?;
    }
}

fn clients() -> MutexGuard<'static, Vec<Arc<TcpStream>>> {
    CLIENTS.lock().unwrap_or_else(PoisonError::into_inner)
}
