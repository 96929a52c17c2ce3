//! The accept loop, a thread for each client, and the way to stop them all.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, ErrorKind, Read};
use std::net::{Ipv4Addr, Ipv6Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use common::{Explain, Failure, Limited, cannot_listen, say};
use socket2::{Domain, Socket, Type};

use crate::args::Args;
use crate::log::{Log, count};

/// How long after Ctrl-C replies may be in flight.
const GRACE: Duration = Duration::from_millis(1500);

/// How a conversation ended, in a few words for the log, or what failed.
pub type Outcome = Result<&'static str, Failure>;

/// Serves clients until Ctrl-C.
// ANCHOR: run
pub fn run(args: Args, converse: fn(&Client) -> Outcome) -> Result<(), Failure> {
    let listener =
        TcpListener::bind(args.address).map_err(cannot_listen(args.address))?;
    let address = listener.local_addr().explain("cannot learn the listener's address")?;
    let server = Server::new(args)?;
    server.stop_on_ctrl_c(address)?;
    say!("listening on {address}")?;

    // While all slots are taken, the next clients wait in the kernel's queue.
    while server.wait_for_slot() {
        match listener.accept() {
            Ok((connection, address)) => match server.admit(connection, address) {
                Some(client) => start_thread(client, converse),
                // The server is stopping, and this connection only woke it up.
                None => break,
            },
            // The client gave up before its turn came. That's its own business.
            Err(why) if why.kind() == ErrorKind::ConnectionAborted => {}
            // Most likely no descriptor is left (EMFILE). The client stays in the queue,
            // so the next try would fail right away, and the one after it. Wait a bit.
            Err(why) => server.back_off(why),
        }
    }

    // Close the listener: from now on, the kernel refuses new clients.
    drop(listener);
    // The clients that are connected still get the replies that are in flight.
    server.drain();
    Ok(())
}

/// Talks with one client on a thread of its own.
pub fn start_thread(client: Client, converse: fn(&Client) -> Outcome) {
    let server = Arc::clone(&client.server);
    // A panic names the thread: "thread '127.0.0.1:50123' (4711) panicked at …".
    let thread = thread::Builder::new().name(client.address.to_string());
    // `move` gives the client to the thread. However that ends, even by a panic, it drops
    // the client, which closes the connection. If it cannot start, that happens here.
    let started = thread.spawn(move || client.close(converse(&client)));
    if let Err(why) = started {
        server.report("cannot start a thread for a client", why);
    }
}
// ANCHOR_END: run

/// What all threads share.
pub struct Server {
    pub args: Args,
    pub log: Log,
    /// Locked when a client comes or leaves, but never for a message.
    clients: Mutex<Clients>,
    /// Notified when a client leaves, and when the server is to stop.
    changed: Condvar,
    stopping: AtomicBool,
}

#[derive(Default)]
struct Clients {
    connected: Vec<Arc<TcpStream>>,
    /// How many clients have come so far.
    admitted: usize,
    /// What was reported, and when it was last.
    reported: BTreeMap<&'static str, Instant>,
}

impl Server {
    pub fn new(args: Args) -> Result<Arc<Server>, Failure> {
        Ok(Arc::new(Server {
            args,
            log: Log::start()?,
            clients: Mutex::default(),
            changed: Condvar::new(),
            stopping: AtomicBool::new(false),
        }))
    }

    /// Waits for a slot for one more client. `false`: the server is stopping.
    pub fn wait_for_slot(&self) -> bool {
        let slots = self.args.max_clients;
        let full = |it: &mut Clients| it.connected.len() >= slots && !self.is_stopping();
        drop(self.changed.wait_while(self.clients(), full));
        !self.is_stopping()
    }

    /// Gives a client its slot. `None`: the server is stopping.
    pub fn admit(self: &Arc<Self>, conn: TcpStream, from: SocketAddr) -> Option<Client> {
        let mut clients = self.clients();
        // Checked under the lock: once `stop` returns, no client gets in.
        if self.is_stopping() {
            return None;
        }
        let (connection, server) = (Arc::new(conn), Arc::clone(self));
        clients.connected.push(Arc::clone(&connection));
        clients.admitted += 1;
        let client = Client { connection, address: from, server };
        client.log(format_args!("connected"));
        Some(client)
    }

    /// Waits after an error of accept: for 100 ms, unless a client leaves before that.
    pub fn back_off(&self, why: io::Error) {
        self.report("cannot accept clients", why);
        drop(self.changed.wait_timeout(self.clients(), Duration::from_millis(100)));
    }

    /// Complains that something has run out: once a minute, not for each client.
    fn report(&self, what: &'static str, why: io::Error) {
        let mut clients = self.clients();
        let last = clients.reported.get(what);
        if last.is_none_or(|last| last.elapsed().as_secs() > 60) {
            clients.reported.insert(what, Instant::now());
            let failure = Failure::new(what, why);
            self.log.complain(failure.advise("the others are served; trying again"));
        }
    }

    /// Stops the server on Ctrl-C (SIGINT), and when it is told to terminate (SIGTERM).
    // ANCHOR: stop
    pub fn stop_on_ctrl_c(self: &Arc<Self>, mut own: SocketAddr) -> Result<(), Failure> {
        let cannot = "cannot prepare for Ctrl-C";
        // 0.0.0.0 and :: mean all addresses of this machine. Loopback is one of them.
        if own.ip().is_unspecified() {
            let (v4, v6) = (Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into());
            own.set_ip(if own.is_ipv4() { v4 } else { v6 });
        }
        // The main thread waits in accept, and no portable call interrupts that. So the
        // server connects to itself, like somebody who rings the bell and runs. It makes
        // the socket now, because on Ctrl-C there may be no descriptor left.
        let domain = Domain::for_address(own);
        let wake_up = Socket::new(domain, Type::STREAM, None).explain(cannot)?;
        let server = Arc::clone(self);
        // The handler runs on a thread of its own, where all calls are allowed.
        let handler = move || {
            server.stop();
            // If this fails, accept has other clients to return, or no longer waits.
            let _ = wake_up.connect_timeout(&own.into(), GRACE);
        };
        ctrlc::set_handler(handler).map_err(|why| Failure::new(cannot, why))
    }

    /// Tells the server to stop. Wakes the main thread if it waits for a slot.
    pub fn stop(&self) {
        let _clients = self.clients();
        self.stopping.store(true, Ordering::Relaxed);
        self.changed.notify_all();
    }

    /// Waits, but not forever, until all clients have their last reply and are gone.
    pub fn drain(&self) {
        let clients = self.clients();
        let connected = count(clients.connected.len(), "client");
        self.log.say(format!("stopping: {connected} connected"));
        for connection in &clients.connected {
            // Ends the stream from the client: a thread that waits in read gets 0 bytes.
            // One that writes isn't disturbed. An error means that the client is gone.
            let _ = connection.shutdown(Shutdown::Read);
        }

        let some_left = |clients: &mut Clients| !clients.connected.is_empty();
        let waited = self.changed.wait_timeout_while(clients, GRACE, some_left);
        let (clients, _) = waited.unwrap_or_else(PoisonError::into_inner);
        let (left, served) = (clients.connected.len(), count(clients.admitted, "client"));
        if left > 0 {
            // Their threads end with the program, wherever they are.
            self.log.say(format!("cutting off {}", count(left, "client")));
        }
        self.log.say(format!("{served} served; goodbye"));
        self.log.flush(Duration::from_millis(400));
    }
    // ANCHOR_END: stop

    pub fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }

    /// A thread that panics while it holds the lock poisons it. The list is whole anyway.
    fn clients(&self) -> MutexGuard<'_, Clients> {
        self.clients.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One client. Dropping it closes the connection and frees the slot.
pub struct Client {
    /// Reading and writing need only `&TcpStream`: one socket, one descriptor, no clone.
    pub connection: Arc<TcpStream>,
    pub address: SocketAddr,
    pub server: Arc<Server>,
}

impl Client {
    /// Logs something about the client, unless the server is to be quiet.
    pub fn log(&self, what: fmt::Arguments<'_>) {
        if !self.server.args.quiet {
            self.server.log.say(format!("{} {what}", self.address));
        }
    }

    /// Logs why the client leaves, and ends the connection so that all replies arrive.
    pub fn close(&self, outcome: Outcome) {
        match outcome {
            Ok(why) => self.log(format_args!("left: {why}")),
            Err(failure) if !self.server.args.quiet => self.server.log.complain(failure),
            Err(_) => {}
        }
        // Finish sending. Then read what the client still sends, for a while: closing a
        // socket with unread bytes sends a reset, which can destroy the replies.
        if self.connection.shutdown(Shutdown::Write).is_ok() {
            let rest = Limited::new(&self.connection, Duration::from_secs(1));
            let _ = io::copy(&mut rest.take(1 << 20), &mut io::sink());
        }
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        if thread::panicking() {
            let what = format!("lost {}", self.address);
            self.server.log.complain(Failure::new(what, "its thread panicked"));
        }
        let mut clients = self.server.clients();
        clients.connected.retain(|other| !Arc::ptr_eq(other, &self.connection));
        self.server.changed.notify_all();
    }
}
