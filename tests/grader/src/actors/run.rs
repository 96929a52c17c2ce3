use std::borrow::Cow;
use std::iter;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::ops::RangeInclusive;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use socket2::{Domain, Socket, Type};

use super::finished::Finished;
use super::listener::Listener;
use super::peer::Peer;
use super::program::Program;
use super::subject::{Subject, Unread};
use super::trace::Trace;
use crate::check::{Broken, Outcome};
use crate::machine::{Data, seed};
use crate::words::{demands, steps, text};

/// One run of a check: starts programs, makes connections, and keeps the record of its steps.
/// All of it together has one deadline.
pub struct Run {
    subject: Option<Subject>,
    pub(crate) trace: Trace,
    pub(super) clients: usize,
    /// Where programs listen that are told to listen on any port.
    ip: IpAddr,
    /// Where the check listens.
    own_ip: IpAddr,
    seed: u64,
    data: Data,
}

/// What a program is told that is to listen on any port of this machine.
pub const ANY_PORT: &str = "127.0.0.1:0";

/// The same in IPv6.
pub const ANY_PORT_OF_IPV6: &str = "[::1]:0";

impl Run {
    pub(crate) fn new(subject: Option<&Subject>, trace: &Trace) -> Run {
        let (ip, own_ip) = (Ipv4Addr::LOCALHOST.into(), Ipv4Addr::LOCALHOST.into());
        let (seed, data) = (seed(), Data::new(seed(), ""));
        Run { subject: subject.cloned(), trace: trace.clone(), clients: 0, ip, own_ip, seed, data }
    }

    /// The same with data for this check, from a seed of one's own.
    pub(crate) fn with_data(self, seed: u64, check: &str) -> Run {
        Run { seed, data: Data::new(seed, check), ..self }
    }

    /// A number of this range, drawn from the seed.
    pub fn number(&mut self, range: RangeInclusive<u64>) -> u64 {
        self.drawn().number(range)
    }

    /// One of these, drawn from the seed.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.number(0..=from.len() as u64 - 1) as usize]
    }

    /// Bytes drawn from the seed.
    pub fn bytes(&mut self, length: usize) -> Vec<u8> {
        self.drawn().bytes(length)
    }

    /// So many characters drawn from the seed, of one to four bytes of UTF-8 each; no control characters.
    pub fn text(&mut self, characters: usize) -> String {
        self.drawn().text(characters)
    }

    fn drawn(&mut self) -> &mut Data {
        self.trace.drawn_from(self.seed);
        &mut self.data
    }

    /// A run on an address that no other test uses, for a program that must fail. If it ends when it must
    /// not, another test's server might be given its port, and serve the client that comes next.
    pub(crate) fn alone(subject: Option<&Subject>, trace: &Trace) -> Run {
        Run { ip: private_loopback(), ..Run::new(subject, trace) }
    }

    /// Starts the program under test.
    pub fn start(&mut self, arguments: &[&str]) -> Outcome<Program> {
        let subject = self.subject().clone();
        self.start_other(&subject, arguments)
    }

    /// Starts a program that is not under test, as a peer of the one that is.
    pub fn start_other(&mut self, program: &Subject, arguments: &[&str]) -> Outcome<Program> {
        let any_port = SocketAddr::new(self.ip, 0).to_string();
        let arguments = arguments.iter().map(|it| if *it == ANY_PORT { &any_port } else { *it });
        let arguments: Vec<_> = arguments.collect();
        self.grants_what_it_is_told(&arguments);
        self.trace.step(steps::starts(&line(program, &arguments)));
        let mut command = program.command();
        command.args(arguments);
        Program::spawn(program, command, &self.trace)
    }

    /// Starts the program under test as a server on a free port and waits until it listens.
    pub fn serve(&mut self) -> Outcome<(Program, SocketAddr)> {
        self.serve_with(&[ANY_PORT])
    }

    /// The same on an address that no other test uses: for checks that look at the port after the
    /// server has gone.
    pub fn serve_on_own_address(&mut self) -> Outcome<(Program, SocketAddr)> {
        self.serve_with(&[&SocketAddr::new(private_loopback(), 0).to_string()])
    }

    /// The same with arguments of the check's choice.
    pub fn serve_with(&mut self, arguments: &[&str]) -> Outcome<(Program, SocketAddr)> {
        let mut server = self.start(arguments)?;
        let address = server.listening()?;
        Ok((server, address))
    }

    /// The same with a part of its output that isn't read.
    pub fn serve_unread(&mut self, unread: Unread) -> Outcome<(Program, SocketAddr)> {
        let mut subject = self.subject().clone();
        subject.unread = Some(unread);
        let mut server = self.start_other(&subject, &[ANY_PORT])?;
        let address = server.listening()?;
        server.is_unread()?;
        Ok((server, address))
    }

    /// The same with the program started by another command (see [`Subject::through`]).
    pub fn serve_through(
        &mut self,
        starter: &[&str],
        arguments: &[&str],
    ) -> Outcome<(Program, SocketAddr)> {
        let mut server = self.start_through(starter, arguments)?;
        let address = server.listening()?;
        Ok((server, address))
    }

    /// The same with these variables in the program's environment.
    pub fn serve_in(
        &mut self,
        variables: &[(&str, &Path)],
        arguments: &[&str],
    ) -> Outcome<(Program, SocketAddr)> {
        let start = self.subject().clone();
        let subject = variables
            .iter()
            .fold(start, |subject, (name, value)| subject.with_variable(name, *value));
        let mut server = self.start_other(&subject, arguments)?;
        let address = server.listening()?;
        Ok((server, address))
    }

    /// Starts the program under test by another command.
    pub fn start_through(&mut self, starter: &[&str], arguments: &[&str]) -> Outcome<Program> {
        let subject = self.subject().through(starter);
        self.start_other(&subject, arguments)
    }

    /// Connects as a client.
    pub fn connect(&mut self, address: SocketAddr) -> Outcome<Peer> {
        self.clients += 1;
        self.connect_as(&steps::client(self.clients), address)
    }

    /// The same for a client with a name of its own, where its part in the check has one.
    pub fn connect_as(&mut self, name: &str, address: SocketAddr) -> Outcome<Peer> {
        let name = &text(name);
        self.trace.step(steps::connects(name, address));
        let left = self.trace.time_left(&demands::a_connection())?;
        let stream = TcpStream::connect_timeout(&address, left)
            .map_err(|why| self.not_connected(&demands::a_connection(), why))?;
        Ok(Peer::new(stream, Some(address), name, &self.trace))
    }

    /// Wraps a connection that an experiment made by itself.
    pub fn peer(&mut self, stream: TcpStream, name: &str) -> Peer {
        let remote = stream.peer_addr().ok();
        Peer::new(stream, remote, text(name), &self.trace)
    }

    /// Demands that no program accepts connections at this address.
    pub fn is_refused(&mut self, address: SocketAddr) -> Outcome {
        self.trace.step(steps::is_refused(address));
        let left = self.trace.time_left(&demands::refused())?;
        match TcpStream::connect_timeout(&address, left) {
            Ok(_) => Err(self.trace.broken(demands::refused(), demands::a_connection())),
            Err(why) if why.kind() == std::io::ErrorKind::ConnectionRefused => {
                self.trace.refused();
                Ok(())
            }
            Err(why) => Err(self.not_connected(&demands::refused(), why)),
        }
    }

    /// Waits until no program accepts connections at this address any more. Where that is because the program
    /// has ended, the report says so.
    pub fn becomes_refused(&mut self, address: SocketAddr) -> Outcome {
        self.trace.step(steps::becomes_refused());
        self.trace.until(&steps::becomes_refused(), || {
            let attempt = TcpStream::connect_timeout(&address, Duration::from_millis(100));
            let refused = std::io::ErrorKind::ConnectionRefused;
            attempt.is_err_and(|why| why.kind() == refused).then_some(())
        })?;
        self.trace.refused();
        Ok(())
    }

    fn not_connected(&self, expected: &str, why: std::io::Error) -> Broken {
        match common::timed_out(&why) {
            true => self.trace.late(expected, demands::time_up()),
            false => self.trace.broken(expected, why),
        }
    }

    /// Performs what is done elsewhere in IPv4: meanwhile the check listens on `[::1]`, and its closed ports are
    /// there.
    pub fn in_ipv6<T>(&mut self, perform: impl FnOnce(&mut Run) -> Outcome<T>) -> Outcome<T> {
        let before = std::mem::replace(&mut self.own_ip, Ipv6Addr::LOCALHOST.into());
        let outcome = perform(self);
        self.own_ip = before;
        outcome
    }

    /// An address where no program listens, for as long as the result lives.
    pub fn closed_port(&mut self) -> Outcome<ClosedPort> {
        // Bound and not listening: the port is taken, and a client that connects to it is refused.
        let bound = || -> std::io::Result<ClosedPort> {
            let any_port = SocketAddr::new(self.own_ip, 0);
            let socket = Socket::new(Domain::for_address(any_port), Type::STREAM, None)?;
            socket.bind(&any_port.into())?;
            let address = socket.local_addr()?.as_socket().expect("an IP socket");
            Ok(ClosedPort { address, _socket: socket })
        };
        bound().map_err(|why| self.trace.broken(demands::free_port(), why))
    }

    /// Listens as a server, on a free port.
    pub fn listen(&mut self) -> Outcome<Listener> {
        self.listen_on(self.own_ip)
    }

    /// The same on an address of the check's choice: see [`private_loopback`].
    pub fn listen_on(&mut self, address: IpAddr) -> Outcome<Listener> {
        let listener = TcpListener::bind((address, 0))
            .map_err(|why| self.trace.broken(demands::free_port_for_check(), why))?;
        Ok(self.listener(listener))
    }

    /// Wraps a listener that an experiment made by itself.
    pub fn listener(&mut self, listener: impl Into<TcpListener>) -> Listener {
        let listener = Listener::new(listener.into(), &self.trace);
        self.trace.step(steps::listen_on(listener.address()));
        listener
    }

    /// Runs the program under test to its end.
    pub fn to_end(&mut self, arguments: &[&str]) -> Outcome<Finished> {
        let command = self.subject().command();
        self.finish(command, arguments)
    }

    /// The same, without the right to bind the ports below 1024 even if the suite has it.
    pub fn to_end_unprivileged(&mut self, arguments: &[&str]) -> Outcome<Finished> {
        let command = self.subject().command();
        #[cfg(unix)]
        if rustix::process::geteuid().is_root() {
            let mut unprivileged = Command::new("setpriv");
            unprivileged.args(["--bounding-set", "-net_bind_service"]).arg(command.get_program());
            unprivileged.args(command.get_args());
            command.get_current_dir().map(|folder| unprivileged.current_dir(folder));
            for (name, value) in command.get_envs() {
                match value {
                    Some(value) => unprivileged.env(name, value),
                    None => unprivileged.env_remove(name),
                };
            }
            return self.finish(unprivileged, arguments);
        }
        self.finish(command, arguments)
    }

    fn finish(&mut self, mut command: Command, arguments: &[&str]) -> Outcome<Finished> {
        let subject = self.subject().clone();
        self.grants_what_it_is_told(arguments);
        self.trace.step(steps::runs_to_end(&line(&subject, arguments)));
        command.args(arguments);
        Program::spawn(&subject, command, &self.trace)?.finishes()
    }

    /// Runs the program under test to its end, which must come without `listening on`: a server that
    /// listens would run forever, and is not waited for.
    pub fn to_end_without_listening(&mut self, arguments: &[&str]) -> Outcome<Finished> {
        self.start(arguments)?.finishes_without_listening()
    }

    pub(crate) fn subject(&self) -> &Subject {
        self.subject.as_ref().expect("an experiment starts only the programs that it names")
    }
}

/// A command line that can be typed: an argument that a shell would take for something else is quoted.
fn line(program: &Subject, arguments: &[&str]) -> String {
    let quoted = |argument| shlex::try_quote(argument).unwrap_or(Cow::Borrowed(argument));
    let words = iter::once(Cow::Borrowed(&*program.name));
    words.chain(arguments.iter().copied().map(quoted)).collect::<Vec<_>>().join(" ")
}

/// Holds a port on which no program listens.
pub struct ClosedPort {
    pub address: SocketAddr,
    _socket: Socket,
}

/// An address of this machine that no other test uses: on Linux and Windows all of 127.0.0.0/8 is loopback.
///
/// A check that frees a port and binds it again needs one; on 127.0.0.1 any other program might be
/// given that port in between. After 256 the first comes again.
pub fn private_loopback() -> IpAddr {
    static NEXT: AtomicU8 = AtomicU8::new(1);
    if !cfg!(any(target_os = "linux", windows)) {
        return Ipv4Addr::LOCALHOST.into();
    }
    let [high, low] = of_process(std::process::id());
    Ipv4Addr::new(127, high, low, NEXT.fetch_add(1, Ordering::Relaxed)).into()
}

/// Processes that run at the same time differ in these two bytes; 127.0.x.y is left to the others.
fn of_process(id: u32) -> [u8; 2] {
    let [low, ..] = id.to_le_bytes();
    [(id / 256 % 254 + 1) as u8, low]
}
