use std::fmt::Display;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::process::Command;
use std::sync::atomic::{AtomicU8, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use socket2::{Domain, Socket, Type};

use crate::check::{Broken, Outcome};
use crate::finished::Finished;
use crate::kernel::{self, State};
use crate::listener::Listener;
use crate::peer::Peer;
use crate::program::Program;
use crate::recording;
use crate::subject::Subject;
use crate::trace::Trace;

#[cfg(all(test, unix))]
mod tests;

/// One run of a check: starts programs, makes connections, and keeps the record of its steps.
/// All of it together has one deadline.
pub struct Run {
    subject: Option<Subject>,
    pub(crate) trace: Trace,
    clients: usize,
    /// Where programs listen that are told to listen on any port.
    ip: IpAddr,
}

/// What a program is told that is to listen on any port of this machine.
const ANY_PORT: &str = "127.0.0.1:0";

impl Run {
    pub(crate) fn new(subject: Option<&Subject>, trace: &Trace) -> Run {
        let ip = Ipv4Addr::LOCALHOST.into();
        Run { subject: subject.cloned(), trace: trace.clone(), clients: 0, ip }
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
        self.trace.step(format!("start {} {}", program.name, arguments.join(" ")).trim_end());
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
    pub fn serve_alone(&mut self) -> Outcome<(Program, SocketAddr)> {
        self.serve_with(&[&SocketAddr::new(private_loopback(), 0).to_string()])
    }

    /// The same with arguments of the check's choice.
    pub fn serve_with(&mut self, arguments: &[&str]) -> Outcome<(Program, SocketAddr)> {
        let mut server = self.start(arguments)?;
        let address = server.listening()?;
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

    /// Starts the program under test by another command.
    pub fn start_through(&mut self, starter: &[&str], arguments: &[&str]) -> Outcome<Program> {
        let subject = self.subject().through(starter);
        self.start_other(&subject, arguments)
    }

    /// Performs a check of a program's time limit, which the check gets as an argument: first a short one,
    /// so that the check is quick. A busy machine may stop a right program, or the check, for that long: so
    /// where the demand is broken, or `false` says that nothing was shown, all begins anew with a second.
    pub fn with_time_limit(
        &mut self,
        check: impl Fn(&mut Run, Duration) -> Outcome<bool>,
    ) -> Outcome {
        let mut limit = Duration::from_millis(200);
        loop {
            // No more than a quarter of what is left of the run, in hundredths: people read it in a report.
            let quarter = self.trace.time_left(&"a time limit that can pass")? / 4;
            let hundredths = (quarter.as_millis() / 10).clamp(1, 100) as u64;
            let longest = Duration::from_millis(10 * hundredths);
            match check(self, limit.min(longest)) {
                Ok(true) => return Ok(()),
                Err(broken) if limit >= longest || !self.begins_anew() => return Err(broken),
                Err(_) => {}
                // Where there is no time for that, the next look at what is left says so.
                Ok(false) => drop(self.begins_anew()),
            }
            limit = longest;
        }
    }

    /// Performs a demand on a program with this time limit for those that it serves. A busy machine may keep
    /// a right program, or the client, from going on for as long: what is broken later than that says
    /// nothing, and all begins anew.
    pub fn before_time_limit(
        &mut self,
        limit: Duration,
        demand: impl Fn(&mut Run) -> Outcome,
    ) -> Outcome {
        loop {
            let (steps, since) = (self.trace.steps(), Instant::now());
            let outcome = demand(self);
            if outcome.is_ok() || since.elapsed() < limit || self.trace.left().is_zero() {
                return outcome;
            }
            self.trace.forget_steps_after(steps);
        }
    }

    /// Demands that what began at this moment is over, and took less than the ten seconds that programs have
    /// which are told no time limit: so this one has kept to what it was told. (A busy machine takes its
    /// time.)
    pub fn less_than_without_limit(&mut self, since: Instant) -> Outcome {
        let took = since.elapsed();
        let less = took < Duration::from_secs(9);
        self.ensure("that took less than 9 s", less, format!("{took:?}"))
    }

    /// What was done in vain is no part of the report. `false`: there is no time to begin anew.
    pub fn begins_anew(&mut self) -> bool {
        if self.trace.left().is_zero() {
            return false;
        }
        self.trace.take();
        self.clients = 0;
        true
    }

    /// Connects as a client.
    pub fn connect(&mut self, address: SocketAddr) -> Outcome<Peer> {
        self.clients += 1;
        let name = match self.clients {
            1 => "the client".into(),
            number => format!("client {number}"),
        };
        self.connect_as(&name, address)
    }

    /// The same for a client with a name of its own, where its part in the check has one.
    pub fn connect_as(&mut self, name: &str, address: SocketAddr) -> Outcome<Peer> {
        self.trace.step(format!("{name} connects to {address}"));
        let left = self.trace.time_left(&"a connection")?;
        let stream = TcpStream::connect_timeout(&address, left)
            .map_err(|why| Broken::new("a connection", common::why(&why)))?;
        Ok(Peer::new(stream, name, &self.trace))
    }

    /// Wraps a connection that an experiment made by itself.
    pub fn peer(&mut self, stream: TcpStream, name: &str) -> Peer {
        Peer::new(stream, name, &self.trace)
    }

    /// Demands that nobody accepts connections at this address.
    pub fn is_refused(&mut self, address: SocketAddr) -> Outcome {
        self.trace.step(format!("a connection to {address} is refused"));
        let left = self.trace.time_left(&"a refused connection")?;
        match TcpStream::connect_timeout(&address, left) {
            Ok(_) => Err(Broken::new("a refused connection", "a connection")),
            Err(why) if why.kind() == std::io::ErrorKind::ConnectionRefused => Ok(()),
            Err(why) => Err(Broken::new("a refused connection", why)),
        }
    }

    /// An address where nobody listens, for as long as the result lives.
    pub fn nobody(&mut self) -> Outcome<Nobody> {
        // Bound and not listening: the port is taken, and whoever connects to it is refused.
        let bound = || -> std::io::Result<Nobody> {
            let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
            socket.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into())?;
            let address = socket.local_addr()?.as_socket().expect("an IP socket");
            Ok(Nobody { address, _socket: socket })
        };
        bound().map_err(|why| Broken::new("a free port", why))
    }

    /// Listens as a server, on a free port.
    pub fn listen(&mut self) -> Outcome<Listener> {
        self.listen_on(Ipv4Addr::LOCALHOST.into())
    }

    /// The same on an address of the check's choice: see [`private_loopback`].
    pub fn listen_on(&mut self, address: IpAddr) -> Outcome<Listener> {
        let listener = TcpListener::bind((address, 0))
            .map_err(|why| Broken::new("a free port for the check", why))?;
        Ok(self.listener(listener))
    }

    /// Wraps a listener that an experiment made by itself.
    pub fn listener(&mut self, listener: impl Into<TcpListener>) -> Listener {
        let listener = Listener::new(listener.into(), &self.trace);
        self.trace.step(format!("listen on {}", listener.address()));
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
            return self.finish(unprivileged, arguments);
        }
        self.finish(command, arguments)
    }

    fn finish(&mut self, mut command: Command, arguments: &[&str]) -> Outcome<Finished> {
        let subject = self.subject().clone();
        self.trace.step(format!("run {} {} to its end", subject.name, arguments.join(" ")));
        command.args(arguments);
        Program::spawn(&subject, command, &self.trace)?.finishes()
    }

    /// Runs the program under test to its end, which must come without `listening on`: a server that
    /// listens would run for ever, and is not waited for.
    pub fn to_end_without_listening(&mut self, arguments: &[&str]) -> Outcome<Finished> {
        self.start(arguments)?.finishes_without_listening()
    }

    /// A step that the check takes by itself, without a call of the grader's.
    pub fn step(&mut self, what: impl Display) {
        self.trace.step(what);
    }

    /// A step that is a statement about what has been observed.
    pub fn ensure(&mut self, statement: impl Display, holds: bool, got: impl Display) -> Outcome {
        self.trace.step(&statement);
        if holds { Ok(()) } else { Err(Broken::new(statement, got)) }
    }

    /// A step whose outcome is an error that the experiment did not want.
    pub fn attempt<T>(&mut self, what: impl Display, outcome: std::io::Result<T>) -> Outcome<T> {
        self.trace.step(&what);
        outcome.map_err(|why| Broken::new(what, why))
    }

    /// A step that must fail with this error of the system.
    pub fn fails<T>(
        &mut self,
        what: impl Display,
        outcome: std::io::Result<T>,
        kind: std::io::ErrorKind,
    ) -> Outcome {
        self.trace.step(format!("{what} fails: {kind}"));
        match outcome {
            Ok(_) => Err(Broken::new(format!("{what} fails: {kind}"), "it succeeded")),
            Err(why) if why.kind() == kind => Ok(()),
            Err(why) => Err(Broken::new(format!("{what} fails: {kind}"), why)),
        }
    }

    /// Demands that the book shows this output: `book/chapters/transcripts/NAME.txt`.
    pub fn recorded(&mut self, name: &str, text: &str) -> Outcome {
        self.trace.step(format!("the book's recording {name} shows this output"));
        recording::recorded(name, text)
    }

    /// Waits until the kernel lists the socket with these ends in this state. (Linux)
    pub fn state(&mut self, local: SocketAddr, peer: SocketAddr, state: State) -> Outcome {
        let expected = listed_in(state, local, peer);
        self.trace.step(&expected);
        self.trace.until(&expected, || {
            kernel::socket_between(local, peer).filter(|socket| socket.state == state)
        })?;
        Ok(())
    }

    /// Waits until the kernel does not list the socket with these ends any more. (Linux; elsewhere it does
    /// not wait)
    pub fn nothing_is_left(&mut self, local: SocketAddr, peer: SocketAddr) -> Outcome {
        self.until(format!("nothing is left of {local} -> {peer}"), || {
            kernel::socket_between(local, peer).is_none().then_some(())
        })
    }

    /// Has a connection ended, and does what is to be done while the kernel lists the first of its two
    /// ends, which `end` returns, in TIME_WAIT. (Linux; elsewhere it does not look)
    ///
    /// On a busy machine a kernel may send its FIN twice before it hears that the first has arrived. Both
    /// are acknowledged; to the second acknowledgement, for a connection that is gone, it answers with a
    /// reset, and that ends TIME_WAIT at once (RFC 1337 §2). So where nothing is left of a connection,
    /// before or after, all is done again with another one.
    pub fn in_time_wait<T>(
        &mut self,
        end: impl Fn(&mut Run) -> Outcome<[SocketAddr; 2]>,
        then: impl Fn(&mut Run, [SocketAddr; 2]) -> Outcome<T>,
    ) -> Outcome<T> {
        const ATTEMPTS: usize = 3;
        let before = self.trace.steps();
        for _ in 0..ATTEMPTS {
            self.trace.forget_steps_after(before);
            let [local, peer] = end(self)?;
            if !cfg!(target_os = "linux") {
                return then(self, [local, peer]);
            }
            let expected = listed_in(State::TimeWait, local, peer);
            let waits = self.until(&expected, || match kernel::socket_between(local, peer) {
                Some(socket) => (socket.state == State::TimeWait).then_some(true),
                None => kernel::socket_between(peer, local).is_none().then_some(false),
            })?;
            if waits {
                let outcome = then(self, [local, peer]);
                let left = kernel::socket_between(local, peer);
                let waits = left.is_some_and(|socket| socket.state == State::TimeWait);
                if waits || self.trace.left().is_zero() {
                    return outcome;
                }
            }
        }
        let expected = "one end of a connection in TIME_WAIT";
        Err(Broken::new(expected, format!("nothing is left of {ATTEMPTS} connections")))
    }

    /// Waits until a message has arrived at this server and nobody has read it; where the kernel does
    /// not say so, only until it has been sent.
    pub fn message_waits_at(&mut self, server: SocketAddr) -> Outcome {
        self.until(format!("a message waits in the kernel of {server}"), || {
            let Some(sockets) = kernel::sockets_at(server) else { return Some(()) };
            let waits = |socket: &kernel::Socket| {
                socket.state == State::Established && socket.receive_queue > 0
            };
            sockets.iter().any(waits).then_some(())
        })
    }

    /// Waits until each of the program's threads waits for something: nobody who comes later is before who has
    /// come. (Linux; elsewhere it does not wait)
    pub fn settles(&mut self, program: &Program) -> Outcome {
        self.until(format!("all threads of {} wait", program.name), || {
            program.running_threads().is_empty().then_some(())
        })
    }

    /// Demands that the program does nothing while nothing happens. (Linux)
    pub fn rests(&mut self, program: &Program) -> Outcome {
        const SAMPLES: u32 = 30;
        let time = Duration::from_millis(10) * SAMPLES;
        self.step(format!("nothing happens for {time:?}"));
        let before = program.usage()?.processor_time;
        let mut always = program.running_threads();
        for _ in 0..SAMPLES {
            thread::sleep(time / SAMPLES);
            let now = program.running_threads();
            always.retain(|thread| now.contains(thread));
        }
        let busy = program.usage()?.processor_time - before;
        let got = format!("{busy:?} of {time:?}");
        self.ensure(format!("meanwhile {} rests", program.name), busy < time / 4, got)?;
        // On a busy machine a thread that never waits gets little processor time, and would take more.
        // One that had something to do, and no processor for it, waits in the end.
        self.until("each of its threads waits for something", || {
            let now = program.running_threads();
            always.retain(|thread| now.contains(thread));
            always.is_empty().then_some(())
        })
    }

    /// Waits until `look` finds something that no event announces.
    pub fn until<T>(
        &mut self,
        expected: impl Display,
        look: impl FnMut() -> Option<T>,
    ) -> Outcome<T> {
        self.trace.step(&expected);
        self.trace.until(&expected, look)
    }

    pub(crate) fn subject(&self) -> &Subject {
        self.subject.as_ref().expect("an experiment starts only the programs that it names")
    }
}

fn listed_in(state: State, local: SocketAddr, peer: SocketAddr) -> String {
    format!("the kernel lists the socket {local} -> {peer} in {state}")
}

/// Holds a port on which nobody listens.
pub struct Nobody {
    pub address: SocketAddr,
    _socket: Socket,
}

/// An address of this machine that no other test uses: on Linux all of 127.0.0.0/8 is loopback.
///
/// A check that frees a port and binds it again needs one; on 127.0.0.1 any other program might be
/// given that port in between. After 256 the first comes again.
pub fn private_loopback() -> IpAddr {
    static NEXT: AtomicU8 = AtomicU8::new(1);
    if !cfg!(target_os = "linux") {
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
