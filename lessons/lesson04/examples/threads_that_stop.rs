//! A server for many that can be stopped, but that depends on its own output.
//!
//! A thread that can't print panics, and while the terminal takes no output, all threads
//! wait. The lesson's program also speaks GBK, and says which clients come and go.
//!
//! Instead of: lesson04
//! Fails: speaks_gbk_when_told, says_who_comes_and_goes, keeps_quiet,
//!   survives_a_closed_output

mod shared;

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use common::{
    Decoder, Encoding, Explain, Failure, Limited, REPLY, Undecodable, cannot_listen,
    complain, exit,
};

use shared::args::Args;
use shared::*;

/// How long after Ctrl-C replies may be in flight.
const GRACE: Duration = Duration::from_millis(1500);

fn main() -> ExitCode {
    let args = args::parse();
    exit(serve_all(&args).map_err(cannot_listen(args.address)))
}

// ANCHOR: accept
fn serve_all(args: &Args) -> io::Result<()> {
    let listener = TcpListener::bind(args.address)?;
    stop_on_ctrl_c(listener.local_addr()?)?;
    println!("listening on {}", listener.local_addr()?);
    let limit = args.idle_limit;
    loop {
        // While all places are taken, the next clients wait in the kernel's queue.
        wait_for_place(args.max_clients);
        let accepted = listener.accept();
        if STOPPING.load(Ordering::Relaxed) {
            break;
        }
        match accepted {
            Ok((connection, client)) => start_thread(connection, client, limit),
            // The client stays in the queue, so the next try would fail right away.
            Err(why) => {
                complain(&Failure::new("cannot accept a client", why));
                thread::sleep(Duration::from_millis(100));
            }
        }
    }
    // From now on, the kernel refuses new clients.
    drop(listener);
    say_goodbye();
    Ok(())
}
// ANCHOR_END: accept

// ANCHOR: stop
/// Ctrl-C was pressed.
static STOPPING: AtomicBool = AtomicBool::new(false);

fn stop_on_ctrl_c(own: SocketAddr) -> io::Result<()> {
    // The crate `ctrlc` calls this on a thread of its own.
    let handler = move || {
        STOPPING.store(true, Ordering::Relaxed);
        // If the main thread waits for a place, `notify_all` wakes it. It looks at the
        // flag under the lock, so lock once, then unlock. Now it can't miss the bell.
        drop(clients());
        ONE_LEFT.notify_all();
        // If it waits in `accept`, this wakes it: the server becomes its own client.
        let _ = TcpStream::connect(own);
    };
    ctrlc::set_handler(handler).map_err(io::Error::other)
}

fn say_goodbye() {
    println!("stopping");
    let clients = clients();
    for connection in clients.iter() {
        // A thread that waits in `read` gets 0 bytes. One that writes isn't disturbed.
        let _ = connection.shutdown(Shutdown::Read);
    }
    let some_left = |clients: &mut Vec<_>| !clients.is_empty();
    drop(ONE_LEFT.wait_timeout_while(clients, GRACE, some_left));
}
// ANCHOR_END: stop

// ANCHOR: thread
fn start_thread(connection: TcpStream, client: SocketAddr, limit: Duration) {
    println!("{client} connected");
    let connection = Arc::new(connection);
    let place = Place::take(&connection);
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
/// The clients' connections. Never locked while a thread reads or writes.
static CLIENTS: Mutex<Vec<Arc<TcpStream>>> = Mutex::new(Vec::new());
static ONE_LEFT: Condvar = Condvar::new();

fn wait_for_place(most: usize) {
    let full =
        |clients: &mut Vec<_>| clients.len() >= most && !STOPPING.load(Ordering::Relaxed);
    drop(ONE_LEFT.wait_while(clients(), full));
}

/// A client's place, which is free again when this is dropped.
struct Place(Arc<TcpStream>);

impl Place {
    fn take(connection: &Arc<TcpStream>) -> Place {
        clients().push(Arc::clone(connection));
        Place(Arc::clone(connection))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        clients().retain(|other| !Arc::ptr_eq(other, &self.0));
        ONE_LEFT.notify_all();
    }
}

/// A thread that panics while it holds the lock poisons it. The list is whole anyway.
fn clients() -> MutexGuard<'static, Vec<Arc<TcpStream>>> {
    CLIENTS.lock().unwrap_or_else(PoisonError::into_inner)
}
// ANCHOR_END: place
