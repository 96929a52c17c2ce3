//! The scenes of the book's figures: two programs do one call after the other, each when this suite says so, and what
//! the kernels do is captured like that of any run.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::time::{Duration, Instant};

use book::scene::event::Event;
use book::scene::html::Cast;
use book::scene::recorded::Recording;
use book::scene::row::{Act, End, Queue};
use book::scene::story::Story;
use common::sockets::State;
use harness::Trial;
use serde_json::json;

use crate::live::{has_namespaces, has_python, needs, run};
use crate::support::{DEADLINE, Server, SmallBook, recorded, root, sources, test, until};

pub fn trials() -> Vec<Trial> {
    let recorded = FIGURES.iter().map(|(name, steps)| {
        let trial = test(&format!("figure::{name}"), move || is_as_recorded(name, steps));
        let trial = needs("network namespaces", has_namespaces(), trial);
        needs("python3", has_python(), trial)
    });
    recorded.collect()
}

/// The names of the scenes that figures are drawn from.
pub fn names() -> impl Iterator<Item = &'static str> {
    FIGURES.iter().map(|(name, _)| *name)
}

/// A call, and what must have been seen when the next one begins.
type Step = (End, &'static str, fn(&Story) -> bool);

const CONNECT: Step = (End::Client, "connect", |story| waits(story, End::Server, Queue::Accept));
const ACCEPT: Step = (End::Server, "accept", |story| {
    story.rows().iter().any(|row| matches!(row.act, Act::Accepted { .. }))
});
const REPLY: Step =
    (End::Server, "write Hello!", |story| waits(story, End::Client, Queue::Receive));
const SERVER_CLOSES: Step = (End::Server, "close", |_| true);
const CLIENT_CLOSES: Step = (End::Client, "close", |_| true);
const NEXT_SERVER: Step = (End::Server, "bind", |story| {
    let mut marks = story.rows().iter().flat_map(|row| row.states).flatten();
    marks.any(|mark| mark.state == State::TimeWait && mark.is_seen)
});

const FIGURES: &[(&str, &[Step])] = &[
    (
        "handshake",
        &[
            CONNECT,
            (End::Client, "write Are you up?", |story| waits(story, End::Server, Queue::Receive)),
            ACCEPT,
            (End::Server, "read 100", |_| true),
        ],
    ),
    (
        "unread-input",
        &[
            CONNECT,
            ACCEPT,
            (End::Client, "write A message,", |story| waits(story, End::Server, Queue::Receive)),
            (End::Server, "read 100", |_| true),
            (End::Client, "write and its rest", |story| waits(story, End::Server, Queue::Receive)),
            REPLY,
            (End::Server, "close", |story| packets(story, |packet| packet.rst) == 1),
            (End::Client, "read 100", |_| true),
            (End::Client, "read 100", |_| true),
        ],
    ),
    (
        "read-to-the-end",
        &[
            CONNECT,
            ACCEPT,
            (End::Client, "write A message,", |story| waits(story, End::Server, Queue::Receive)),
            (End::Server, "read 100", |_| true),
            (End::Client, "write and its rest", |story| waits(story, End::Server, Queue::Receive)),
            REPLY,
            (End::Server, "shutdown", |story| packets(story, |packet| packet.fin) == 1),
            (End::Client, "read 100", |_| true),
            (End::Client, "read 100", |_| true),
            (End::Client, "close", |story| packets(story, |packet| packet.fin) == 2),
            (End::Server, "read 100", |_| true),
            (End::Server, "read 100", |_| true),
            SERVER_CLOSES,
        ],
    ),
    ("server-closes-first", &[CONNECT, ACCEPT, SERVER_CLOSES, CLIENT_CLOSES, NEXT_SERVER]),
    ("client-closes-first", &[CONNECT, ACCEPT, CLIENT_CLOSES, SERVER_CLOSES, NEXT_SERVER]),
];

/// Whether something was seen in this queue since the program that empties it has done something.
fn waits(story: &Story, at: End, in_queue: Queue) -> bool {
    let program = usize::from(at == End::Client);
    let rows = story.rows();
    let is_own = |act: &Act| matches!(act, Act::Lines { program: one, .. } if *one == program);
    let last = rows.iter().rposition(|row| is_own(&row.act)).unwrap_or(0);
    let is_it = |act: &Act| matches!(act, Act::Waiting { end, queue, .. } if (*end, *queue) == (at, in_queue));
    rows[last..].iter().any(|row| is_it(&row.act))
}

fn packets(story: &Story, is_one: impl Fn(&book::scene::packet::Packet) -> bool) -> usize {
    let is_one = |act: &Act| matches!(act, Act::Packet { packet, .. } if is_one(packet));
    story.rows().iter().filter(|row| is_one(&row.act)).count()
}

/// Both programs. Each says a call's name before the call, and what came of it where that's worth a word.
const PROGRAM: &str = "\
import errno, socket, sys

steps = socket.socket(socket.AF_UNIX)
steps.connect('steps')
steps = steps.makefile('rw')
tell = lambda *words: print(*words, flush=True)
is_client = len(sys.argv) > 1 and not sys.argv[1].endswith(':0')
if is_client:
    host, port = sys.argv[1].split(':')
    own = None
else:
    listener = socket.socket()
    listener.bind(('127.0.0.1', 0))
    listener.listen()
    port = listener.getsockname()[1]
    tell('listening on 127.0.0.1:%d' % port)
    own = None
print('client' if is_client else 'server', file=steps, flush=True)
for line in steps:
    call, _, rest = line.strip().partition(' ')
    if call not in ('read', 'bind'):
        tell(call)
    print('said', file=steps, flush=True)
    steps.readline()
    if call == 'connect':
        own = socket.create_connection((host, int(port)))
        tell('connect returns')
    elif call == 'accept':
        own, _ = listener.accept()
    elif call == 'write':
        own.sendall(rest.encode())
    elif call == 'read':
        try:
            data = own.recv(int(rest))
            tell('read: %d bytes' % len(data) if data else 'read: the end')
        except OSError as why:
            tell('read:', errno.errorcode[why.errno])
    elif call == 'shutdown':
        own.shutdown(socket.SHUT_WR)
    elif call == 'close':
        own.close()
    elif call == 'bind':
        listener.close()
        try:
            socket.socket().bind(('127.0.0.1', port))
            tell('bind %d: bound' % port)
        except OSError as why:
            tell('bind %d: %s' % (port, errno.errorcode[why.errno]))
    print('done', file=steps, flush=True)
";

/// One of the two programs, as this suite speaks with it.
struct Puppet {
    end: End,
    lines: BufReader<UnixStream>,
}

impl Puppet {
    fn come(listener: &UnixListener) -> Puppet {
        let mut found = None;
        until("a program has come", || {
            found = listener.accept().ok();
            found.is_some()
        });
        let (stream, _) = found.expect("a program");
        stream.set_nonblocking(false).expect("it waits");
        stream.set_read_timeout(Some(DEADLINE)).expect("a deadline");
        let mut lines = BufReader::new(stream);
        let mut name = String::new();
        lines.read_line(&mut name).expect("its name");
        let end = End::BOTH.into_iter().find(|end| end.name() == name.trim());
        Puppet { end: end.expect("one of two"), lines }
    }

    fn tell(&mut self, line: &str) {
        writeln!(self.lines.get_mut(), "{line}").expect("it listens");
    }

    fn hear(&mut self, expected: &str) {
        let mut line = String::new();
        self.lines.read_line(&mut line).expect("it answers");
        assert_eq!(line.trim(), expected);
    }
}

/// What has come of a run so far.
struct Heard {
    run: run::Events,
    events: Vec<(Duration, Event)>,
    story: Story,
}

impl Heard {
    fn next(&mut self) {
        let told = self.run.next();
        assert_ne!(told.kind, "end", "it has ended: {:#?}", self.run.heard);
        let at = told.data["at"].as_f64().expect("its time") / 1000.0;
        let at = Duration::from_secs_f64(at);
        for event in Event::told(&told.kind, &told.data) {
            // Where a figure's programs are, and that they listen, is no part of it.
            let is_set_up = match &event {
                Event::Start { .. } | Event::Exit { .. } => true,
                Event::Line { text, .. } => text.starts_with("listening on "),
                _ => false,
            };
            if !is_set_up {
                self.story.hear(at, &event);
                self.events.push((at, event));
            }
        }
    }

    fn until(&mut self, is_so: impl Fn(&Story) -> bool) {
        while !is_so(&self.story) {
            self.next();
        }
    }

    /// The last words of a program.
    fn last(story: &Story, end: End) -> usize {
        let number = usize::from(end == End::Client);
        let lines = story.rows().iter().filter_map(|row| match &row.act {
            Act::Lines { program, lines, .. } if *program == number => Some(lines.len()),
            _ => None,
        });
        lines.sum()
    }
}

fn captured(steps: &[Step]) -> Recording {
    let book = SmallBook::with("lesson02/original.py", PROGRAM);
    book.write("lessons/lesson01/mended.py", PROGRAM);
    let listener = UnixListener::bind(book.path("steps")).expect("a socket");
    listener.set_nonblocking(true).expect("it answers at once");
    let server = Server::start(&book);
    let programs = json!([{ "name": "lesson02/original.py" }, { "name": "lesson01/mended.py" }]);
    let run = server.run(programs);
    let mut heard = Heard { run, events: Vec::new(), story: Story::default() };
    let mut puppets = [Puppet::come(&listener), Puppet::come(&listener)];
    let begun = Instant::now();
    for (end, call, is_seen) in steps {
        assert!(begun.elapsed() < DEADLINE, "it takes too long");
        let puppet = puppets.iter_mut().find(|one| one.end == *end).expect("both are here");
        let said = Heard::last(&heard.story, *end);
        puppet.tell(call);
        puppet.hear("said");
        let name = call.split(' ').next().expect("a word");
        let is_told = matches!(name, "read" | "bind");
        if !is_told {
            heard.until(|story| Heard::last(story, *end) == said + 1);
        }
        puppet.tell("go");
        puppet.hear("done");
        let words = said + usize::from(!is_told) + usize::from(is_told || name == "connect");
        heard.until(|story| {
            Heard::last(story, *end) == words && is_seen(story) && is_settled(story)
        });
    }
    let events = heard.events;
    drop(puppets);
    let cast = Cast::of([("server", "server"), ("client", "client")].into_iter());
    Recording { cast, events }.normal("/nowhere")
}

/// Whether each end has heard of all that the other one has sent, unless there was a reset.
fn is_settled(story: &Story) -> bool {
    let is_reset = packets(story, |packet| packet.rst) > 0;
    let heard = |from: End| {
        let (mut sent, mut heard) = (None, None);
        for row in story.rows() {
            if let Act::Packet { from: one, packet, .. } = &row.act {
                let carried = packet.length as u32 + u32::from(packet.syn) + u32::from(packet.fin);
                match (*one == from, carried) {
                    (true, 1..) => sent = Some(packet.sequence.wrapping_add(carried)),
                    (true, 0) => {}
                    (false, _) => heard = packet.ack.then_some(packet.acknowledged),
                }
            }
        }
        sent.is_none() || sent == heard
    };
    is_reset || End::BOTH.into_iter().all(heard)
}

fn is_as_recorded(name: &str, steps: &[Step]) {
    let known = Recording::named(root(), &sources().config.book.src, name);
    let known = known.as_ref().map(Recording::essence).unwrap_or_default();
    recorded::compare(name, &known, &captured(steps));
}
