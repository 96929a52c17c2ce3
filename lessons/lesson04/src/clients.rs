//! Who is connected.
//!
//! The list is locked when a client comes or goes, never for a message: clients do not wait for each
//! other.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, Read};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use common::{Failure, Limited};

use crate::converse::Farewell;
use crate::log::{Count, Log};
use crate::settings::Settings;

/// How long replies may be under way after Ctrl-C.
const GRACE: Duration = Duration::from_millis(1500);

/// How long the server may take to end, whatever its clients and its terminal do.
const MOST: Duration = Duration::from_millis(1900);

/// How long, and for how many bytes, a client is listened to after the last reply.
const DRAIN_TIME: Duration = Duration::from_secs(1);
const DRAIN_BYTES: u64 = 1 << 20;

/// All clients of the server.
pub struct Clients {
    settings: Settings,
    /// The reply, as the bytes that go out.
    reply: Vec<u8>,
    log: Log,
    inside: Mutex<Inside>,
    /// Notified when somebody leaves, and when the server is to stop.
    changed: Condvar,
    stopping: AtomicBool,
}

#[derive(Default)]
struct Inside {
    /// By the order of arrival. A client's address is no key: on a listener for all of the machine's
    /// addresses, one client's port may be used for two connections.
    connections: BTreeMap<usize, Arc<TcpStream>>,
    /// How many clients have come so far.
    admitted: usize,
}

/// One client: its connection, and its place among the others. Dropping it closes the first and
/// gives the second back.
pub struct Client {
    // Fields are dropped in this order: the place is free when the connection is closed.
    connection: Arc<TcpStream>,
    pub address: SocketAddr,
    place: Place,
}

struct Place {
    number: usize,
    clients: Arc<Clients>,
}

impl Clients {
    /// # Errors
    ///
    /// The system gives no thread for the log.
    pub fn new(settings: Settings) -> Result<Arc<Clients>, Failure> {
        let reply = settings.encoding.encode(common::REPLY);
        Ok(Arc::new(Clients {
            reply: reply.expect("both encodings have all characters of the reply"),
            settings,
            log: Log::new()?,
            inside: Mutex::default(),
            changed: Condvar::new(),
            stopping: AtomicBool::new(false),
        }))
    }

    /// Waits until one more client may come in. `false`: nobody may any more, the server stops.
    pub fn wait_for_a_place(&self) -> bool {
        let full = |inside: &mut Inside| {
            !self.stopping() && inside.connections.len() >= self.settings.max_clients
        };
        drop(self.changed.wait_while(self.inside(), full).unwrap_or_else(PoisonError::into_inner));
        !self.stopping()
    }

    /// Gives a client its place. `None` if the server stops.
    pub fn admit(self: &Arc<Self>, connection: TcpStream, address: SocketAddr) -> Option<Client> {
        let connection = Arc::new(connection);
        let number = {
            let mut inside = self.inside();
            // Looked at under the lock: after `stop`, nobody comes in.
            if self.stopping() {
                return None;
            }
            let number = inside.admitted;
            inside.admitted += 1;
            inside.connections.insert(number, Arc::clone(&connection));
            number
        };
        let client = Client { connection, address, place: Place { number, clients: self.clone() } };
        client.log(format_args!("connected"));
        Some(client)
    }

    /// Waits for so long, or until somebody leaves, or until the server is to stop.
    pub fn rest(&self, time: Duration) {
        let inside = self.inside();
        if !self.stopping() {
            drop(self.changed.wait_timeout(inside, time));
        }
    }

    /// Tells the server to stop: wakes the main thread, should it wait for a place.
    // ANCHOR: stop
    pub fn stop(&self) {
        let _inside = self.inside();
        self.stopping.store(true, Ordering::Relaxed);
        self.changed.notify_all();
    }

    /// Waits, though not for ever, until all clients have got their last reply and gone.
    pub fn see_off(&self) {
        let begin = Instant::now();
        let inside = self.inside();
        let connected = Count(inside.connections.len(), "client");
        self.log.line(format_args!("stopping: {connected} connected"));
        for connection in inside.connections.values() {
            // Ends the stream from the client: a thread that waits in `read` gets 0 bytes and ends.
            // One that writes a reply is not disturbed. An error means that the client has gone.
            let _ = connection.shutdown(Shutdown::Read);
        }

        let inside =
            self.changed.wait_timeout_while(inside, GRACE, |inside| !inside.connections.is_empty());
        let (inside, _) = inside.unwrap_or_else(PoisonError::into_inner);
        if !inside.connections.is_empty() {
            // Their threads end with the program, wherever they are.
            let left = Count(inside.connections.len(), "client");
            self.log.line(format_args!("cutting off {left}"));
        }
        let served = Count(inside.admitted, "client");
        self.log.line(format_args!("{served} served; goodbye"));
        self.log.finish(MOST.saturating_sub(begin.elapsed()));
    }
    // ANCHOR_END: stop

    /// Says on standard error what has failed.
    pub fn complain(&self, failure: Failure) {
        self.log.complain(failure);
    }

    fn stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }

    /// A thread that panics while it holds the lock "poisons" it. The list is whole even then.
    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Client {
    /// Reading and writing need no more than `&TcpStream`: one socket, one descriptor, no clone.
    pub fn connection(&self) -> &TcpStream {
        &self.connection
    }

    /// All clients, this one among them.
    pub fn all(&self) -> Arc<Clients> {
        self.place.clients.clone()
    }

    pub fn settings(&self) -> &Settings {
        &self.place.clients.settings
    }

    pub fn reply(&self) -> &[u8] {
        &self.place.clients.reply
    }

    pub fn server_stops(&self) -> bool {
        self.place.clients.stopping()
    }

    /// Says something about the client, unless the server is to be quiet.
    pub fn log(&self, what: fmt::Arguments<'_>) {
        if !self.settings().quiet {
            self.place.clients.log.line(format_args!("{} {what}", self.address));
        }
    }

    /// Says why the client goes, and ends the connection so that all replies arrive.
    pub fn part(&self, outcome: Result<Farewell, Failure>) {
        match outcome {
            Ok(farewell) => self.log(format_args!("left: {farewell}")),
            Err(failure) if !self.settings().quiet => self.place.clients.complain(failure),
            Err(_) => {}
        }
        // Our side ends after the last reply. Then read what the client still sends, within bounds:
        // a socket that is closed with unread bytes sends a reset, which can destroy the replies.
        if self.connection.shutdown(Shutdown::Write).is_ok() {
            let rest = Limited::new(&self.connection, DRAIN_TIME).take(DRAIN_BYTES);
            let _ = io::copy(&mut { rest }, &mut io::sink());
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if thread::panicking() {
            let name = thread::current().name().unwrap_or("a client").to_owned();
            self.clients.complain(Failure::new(format!("lost {name}"), "its thread panicked"));
        }
        let connection = self.clients.inside().connections.remove(&self.number);
        drop(connection);
        self.clients.changed.notify_all();
    }
}
