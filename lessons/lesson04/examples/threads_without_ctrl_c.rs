//! Limits for clients, for silence and for errors of `accept`, but no way to stop.
//!
//! On Ctrl-C, all replies that are in flight are cut off (S21, S22).
//!
//! Instead of: lesson04
//! Fails: speaks_gbk_when_told, says_who_comes_and_goes, keeps_quiet,
//!   survives_a_closed_output, stops_on_ctrl_c, stops_on_sigterm, stops_when_it_is_full,
//!   finishes_replies, stops_in_time

mod shared;

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::process::ExitCode;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use common::{
    Decoder, Encoding, Explain, Failure, Limited, REPLY, Undecodable, cannot_listen,
    complain, exit,
};

use shared::args::Args;
use shared::*;

fn main() -> ExitCode {
    let args = args::parse();
    exit(serve_all(&args).map_err(cannot_listen(args.address)))
}

// ANCHOR: accept
fn serve_all(args: &Args) -> io::Result<()> {
    let listener = TcpListener::bind(args.address)?;
    println!("listening on {}", listener.local_addr()?);
    let limit = args.idle_limit;
    loop {
        // While all places are taken, the next clients wait in the kernel's queue.
        wait_for_place(args.max_clients);
        match listener.accept() {
            Ok((connection, client)) => start_thread(connection, client, limit),
            // The client stays in the queue, so the next try would fail right away.
            Err(why) => {
                complain(&Failure::new("cannot accept a client", why));
                thread::sleep(Duration::from_millis(100));
            }
        }
    }
}
// ANCHOR_END: accept

// ANCHOR: thread
fn start_thread(connection: TcpStream, client: SocketAddr, limit: Duration) {
    println!("{client} connected");
    let place = Place::take();
    let started = thread::Builder::new().spawn(move || {
        // However the thread ends, even by a panic, its place is free then.
        let _place = place;
        // The error of one client ends this thread, and is reported.
        if let Err(failure) = serve(&connection, client, limit) {
            complain(&failure);
        }
        close(&connection);
    });
    if let Err(why) = started {
        complain(&Failure::new(format!("cannot start a thread for {client}"), why));
    }
}

/// Finishes sending, and reads the rest: unread input would turn the end into a reset.
fn close(connection: &TcpStream) {
    if connection.shutdown(Shutdown::Write).is_ok() {
        let rest = Limited::new(connection, Duration::from_secs(1));
        let _ = io::copy(&mut rest.take(1 << 20), &mut io::sink());
    }
}
// ANCHOR_END: thread

// ANCHOR: serve
fn serve(
    mut connection: &TcpStream,
    client: SocketAddr,
    limit: Duration,
) -> Result<(), Failure> {
    let lost = format!("lost {client}");
    connection.set_read_timeout(Some(limit)).explain(&lost)?;
    connection.set_write_timeout(Some(limit)).explain(&lost)?;
    let not_text = |why: Undecodable| Failure::new(&lost, why);
    let mut decoder = Decoder::new(Encoding::Utf8);
    let mut buffer = [0; 1024];
    loop {
        let count = connection.read(&mut buffer).explain(&lost)?;
        if count == 0 {
            break;
        }
        // The start of a character that was cut waits for the next chunk.
        let text = decoder.decode(&buffer[..count]).map_err(not_text)?;
        println!("{client} sent {count} bytes: {text:?}");
        connection.write_all(REPLY.as_bytes()).explain(&lost)?;
    }
    decoder.finish().map_err(not_text)
}
// ANCHOR_END: serve

// ANCHOR: place
/// How many clients have a place. Never locked while a thread reads or writes.
static CLIENTS: Mutex<usize> = Mutex::new(0);
static ONE_LEFT: Condvar = Condvar::new();

fn wait_for_place(most: usize) {
    drop(ONE_LEFT.wait_while(clients(), |clients| *clients >= most));
}

/// A client's place, which is free again when this is dropped.
struct Place;

impl Place {
    fn take() -> Place {
        *clients() += 1;
        Place
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        *clients() -= 1;
        ONE_LEFT.notify_all();
    }
}

/// A thread that panics while it holds the lock poisons it. The number is right anyway.
fn clients() -> MutexGuard<'static, usize> {
    CLIENTS.lock().unwrap_or_else(PoisonError::into_inner)
}
// ANCHOR_END: place
