//! One run: the programs of a panel, built, started and watched. All that happens is an event with its
//! time, in one list, which any number of pages can read.

use std::collections::HashMap;
use std::convert::Infallible;
use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::response::sse;
use futures_util::future::join;
use futures_util::stream::{self, Stream};
use programs::{Asked, Source};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::process::ChildStdin;
use tokio::sync::{mpsc, watch};
use tokio::time::{sleep, timeout};

use super::sockets::View;
use crate::process::child::{self, Child};
use crate::process::parent_death;

/// A first build compiles all that a lesson depends on.
const LONGEST_BUILD: Duration = Duration::from_secs(15 * 60);

/// No program of a page runs longer.
const LONGEST_RUN: Duration = Duration::from_secs(5 * 60);

/// How long a run goes on without a page that listens. A page that is loaded again, or one whose stream
/// broke, has so much time to come back.
const GRACE: Duration = Duration::from_secs(5);

/// How long the kernel's view goes on when the programs have ended: enough to see TIME_WAIT, which lasts
/// a minute.
const AFTERWARDS: Duration = Duration::from_secs(3);

/// What is kept and shown of a run.
const MOST_EVENTS: usize = 4000;
const MOST_BYTES: usize = 512 * 1024;

/// A line of a program that is longer is shown in pieces. Cargo's are for machines.
const LONGEST_LINE: usize = 4096;
const LONGEST_LINE_OF_CARGO: usize = 1024 * 1024;

pub struct Run {
    pub id: String,
    /// Where on which page it was asked for.
    pub panel: String,
    started: Instant,
    events: Mutex<Vec<Event>>,
    progress: watch::Sender<Progress>,
    /// How many pages listen.
    listeners: watch::Sender<usize>,
    stop: watch::Sender<bool>,
    /// The way to the standard input of each program.
    inputs: Vec<mpsc::Sender<String>>,
}

#[derive(Clone)]
struct Event {
    kind: &'static str,
    data: Arc<str>,
}

#[derive(Clone, Copy, Default)]
struct Progress {
    events: usize,
    bytes: usize,
    /// More has come than is kept.
    is_cut: bool,
    /// All programs have ended.
    is_over: bool,
    /// Nothing will follow.
    is_closed: bool,
}

/// What is known of the first program's address.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Listening {
    NotYet,
    At(SocketAddr),
    Never,
}

impl Run {
    /// Starts a run, which goes on by itself.
    pub fn start(id: String, panel: String, root: PathBuf, asked: Vec<Asked>) -> Arc<Run> {
        // A line waits here until the program reads it.
        let (inputs, lines) = asked.iter().map(|_| mpsc::channel(16)).unzip();
        let run = Arc::new(Run {
            id,
            panel,
            started: Instant::now(),
            events: Mutex::default(),
            progress: watch::Sender::default(),
            listeners: watch::Sender::default(),
            stop: watch::Sender::default(),
            inputs,
        });
        tokio::spawn(Arc::clone(&run).live(root, asked, lines));
        run
    }

    /// Whether all of its programs have ended.
    pub fn is_over(&self) -> bool {
        self.progress.borrow().is_over
    }

    /// Stops its programs, as Ctrl-C in their terminals would.
    pub fn stop(&self) {
        self.stop.send_replace(true);
    }

    /// Stops its programs for another run, and says so.
    pub fn give_way(&self) {
        if !*self.stop.borrow() {
            self.tell("limit", json!({ "why": "another run was started" }));
            self.stop();
        }
    }

    /// Gives a program a line on its standard input. It is lost if the program does not read.
    pub fn say(&self, program: usize, line: String) {
        if let Some(input) = self.inputs.get(program) {
            let _ = input.try_send(line);
        }
    }

    /// Waits until all of its programs have ended.
    pub async fn ended(&self) {
        let _ = self.progress.subscribe().wait_for(|progress| progress.is_over).await;
    }

    /// Waits until nothing will follow.
    pub async fn closed(&self) {
        // An error would mean that the sender is gone, and it is our own.
        let _ = self.progress.subscribe().wait_for(|progress| progress.is_closed).await;
    }

    /// The events from this one on, those to come too.
    pub fn stream(
        self: Arc<Run>,
        from: usize,
    ) -> impl Stream<Item = Result<sse::Event, Infallible>> + use<> {
        let progress = self.progress.subscribe();
        let listener = Listener::of(self);
        stream::unfold((listener, progress, from), |(listener, mut progress, next)| async move {
            progress.wait_for(|so_far| so_far.events > next || so_far.is_closed).await.ok()?;
            let Event { kind, data } = listener.run.list().get(next)?.clone();
            let event = sse::Event::default().event(kind).id(next.to_string()).data(&*data);
            Some((Ok(event), (listener, progress, next + 1)))
        })
    }

    // ------------------------------------------------------------------------
    // Its life.

    async fn live(
        self: Arc<Run>,
        root: PathBuf,
        asked: Vec<Asked>,
        lines: Vec<mpsc::Receiver<String>>,
    ) {
        let _closing = Closing(&self);
        tokio::select! {
            () = self.play(&root, &asked, lines) => {}
            never = self.stop_after(self.abandoned(), "no page listens any more") => match never {},
        }
    }

    async fn play(&self, root: &Path, asked: &[Asked], lines: Vec<mpsc::Receiver<String>>) {
        let built = tokio::select! {
            built = self.build(root, asked) => built,
            never = self.stop_after(sleep(LONGEST_BUILD), "the build takes too long") => match never {},
        };
        let Some(built) = built else {
            self.over();
            return;
        };
        let listening = watch::Sender::new(Listening::NotYet);
        let programs = async {
            tokio::select! {
                () = self.programs(root, asked, &built, lines, &listening) => {}
                never = self.stop_after(sleep(LONGEST_RUN), "it takes too long") => match never {},
            }
            self.over();
        };
        join(programs, self.kernel(listening.subscribe())).await;
    }

    fn over(&self) {
        self.progress.send_modify(|progress| progress.is_over = true);
        self.tell("over", json!({ "stopped": *self.stop.borrow() }));
    }

    /// Stops the run when something has come to pass, and says why.
    async fn stop_after(&self, reason: impl Future<Output = ()>, why: &str) -> Infallible {
        reason.await;
        self.tell("limit", json!({ "why": why }));
        self.stop();
        std::future::pending().await
    }

    async fn abandoned(&self) {
        let mut listeners = self.listeners.subscribe();
        loop {
            let _ = listeners.wait_for(|&count| count == 0).await;
            if timeout(GRACE, listeners.wait_for(|&count| count > 0)).await.is_err() {
                return;
            }
        }
    }

    /// Builds what has to be built: the file of each program of a lesson, by its name. `None` when that
    /// failed.
    async fn build(&self, root: &Path, asked: &[Asked]) -> Option<HashMap<String, OsString>> {
        let mut built = HashMap::new();
        let mut command =
            parent_death::command(std::env::var_os("CARGO").unwrap_or("cargo".into()));
        command.args(["build", "--color=never", "--message-format=json-render-diagnostics"]);
        let mut has_any = false;
        for asked in asked {
            match asked.program.source {
                Source::Bin { package, bin, .. } => command.args(["-p", package, "--bin", bin]),
                Source::Example { package, name } => {
                    command.args(["-p", package, "--example", name])
                }
                Source::Python(_) => continue,
            };
            has_any = true;
        }
        if !has_any {
            return Some(built);
        }
        let mut stop = self.stop.subscribe();
        let artifact = |line: &str| {
            let artifact: Value = serde_json::from_str(line).unwrap_or_default();
            let name = artifact["target"]["name"].as_str();
            if let (Some(name), Some(file)) = (name, artifact["executable"].as_str()) {
                built.insert(name.to_owned(), file.into());
            }
        };
        let progress = |line: &str| self.tell("build", json!({ "text": line }));
        let command = command.current_dir(root);
        match child::run(command, &mut stop, LONGEST_LINE_OF_CARGO, artifact, progress).await {
            Ok(status) => status.success().then_some(built),
            Err(why) => {
                progress(&format!("error: cannot start cargo: {why}"));
                None
            }
        }
    }

    /// Starts the first program, and the second when the first one listens; waits for both.
    async fn programs(
        &self,
        root: &Path,
        asked: &[Asked],
        built: &HashMap<String, OsString>,
        lines: Vec<mpsc::Receiver<String>>,
        listening: &watch::Sender<Listening>,
    ) {
        let mut lines = lines.into_iter();
        let mut side = |index: usize| {
            Some(Side { index, asked: asked.get(index)?, lines: lines.next()?, root, built })
        };
        let (first, second) = (side(0), side(1));
        let first = async {
            if let Some(side) = first {
                self.program(side, None, Some(listening)).await;
            }
            listening.send_if_modified(|state| {
                let never = *state == Listening::NotYet;
                if never {
                    *state = Listening::Never;
                }
                never
            });
        };
        let second = async {
            let state = listening
                .subscribe()
                .wait_for(|state| *state != Listening::NotYet)
                .await
                .map(|state| *state);
            if let (Some(side), Ok(Listening::At(server))) = (second, state)
                && !*self.stop.borrow()
            {
                self.program(side, Some(server), None).await;
            }
        };
        join(first, second).await;
    }

    async fn program(
        &self,
        side: Side<'_>,
        server: Option<SocketAddr>,
        listening: Option<&watch::Sender<Listening>>,
    ) {
        let Side { index, asked, mut lines, root, built } = side;
        let call = match asked.call(server) {
            Ok(call) => call,
            Err(why) => return self.tell("limit", json!({ "why": why })),
        };
        let mut command = match asked.program.source {
            Source::Bin { bin: name, .. } | Source::Example { name, .. } => {
                parent_death::command(built.get(name).cloned().unwrap_or_default())
            }
            Source::Python(file) => {
                let mut command = parent_death::command("python3".into());
                command.arg(format!("lessons/{file}"));
                command
            }
        };
        // Into a pipe, Python writes only when it ends, and in the encoding of the terminal.
        command.env("PYTHONUNBUFFERED", "1").env("PYTHONIOENCODING", "utf-8");
        command.args(call.words()).current_dir(root);
        self.tell("start", json!({ "program": index, "command": call.typed() }));
        let line = |stream, text: &str| {
            self.tell("line", json!({ "program": index, "stream": stream, "text": text }));
        };
        let started = Child::start(&mut command);
        let started = started.and_then(|mut child| Ok((child.pipes()?, child)));
        let ((stdin, stdout, stderr), mut child) = match started {
            Ok(started) => started,
            Err(why) => return line("stderr", &format!("error: cannot start it: {why}")),
        };

        let mut stop = self.stop.subscribe();
        let out = child::lines(stdout, LONGEST_LINE, |text| {
            line("stdout", text);
            let address =
                text.strip_prefix("listening on ").and_then(|address| address.parse().ok());
            if let (Some(listening), Some(address)) = (listening, address) {
                listening.send_if_modified(|state| {
                    let is_first = *state == Listening::NotYet;
                    if is_first {
                        *state = Listening::At(address);
                    }
                    is_first
                });
            }
        });
        let err = child::lines(stderr, LONGEST_LINE, |text| line("stderr", text));
        let life = join(child.end(&mut stop), join(out, err));
        let status = if asked.program.reads.is_some() {
            tokio::select! {
                (status, _) = life => status,
                never = feed(stdin, &mut lines) => match never {},
            }
        } else {
            // It reads the end right away.
            drop(stdin);
            life.await.0
        };
        let (code, signal) = status.as_ref().map_or((None, None), outcome);
        self.tell("exit", json!({ "program": index, "code": code, "signal": signal }));
    }

    /// Tells what becomes of the sockets at the server's address, until some seconds after the end.
    async fn kernel(&self, mut listening: watch::Receiver<Listening>) {
        let state =
            listening.wait_for(|state| *state != Listening::NotYet).await.map(|state| *state);
        let Ok(Listening::At(server)) = state else {
            return;
        };
        let listens = Instant::now();
        let mut before = View::default();
        let mut look = View::look(server).await;
        let mut over: Option<Instant> = None;
        loop {
            let Some(view) = look else {
                return self.tell("unseen", json!({}));
            };
            let changes = view.since(&before, server, listens.elapsed());
            if !changes.is_empty() {
                self.tell("sockets", json!({ "sockets": changes }));
            }
            if self.is_over() {
                let since = over.get_or_insert_with(Instant::now);
                let is_seen = *self.listeners.borrow() > 0;
                if view.is_empty() || since.elapsed() > AFTERWARDS || !is_seen {
                    return;
                }
            }
            look = view.next(server).await;
            before = view;
        }
    }

    // ------------------------------------------------------------------------
    // Its events.

    /// Adds an event. Where there are too many already, output and looks at the kernel are dropped, and
    /// that is told once.
    fn tell(&self, kind: &'static str, mut data: Value) {
        let Progress { events, bytes, is_cut, .. } = *self.progress.borrow();
        let is_full = events >= MOST_EVENTS || bytes >= MOST_BYTES;
        let is_output = matches!(kind, "line" | "sockets" | "build");
        if is_full && is_output {
            if !is_cut {
                self.progress.send_modify(|progress| progress.is_cut = true);
                self.tell("cut", json!({}));
            }
            return;
        }
        // In milliseconds, as the page shows it.
        data["at"] = json!(self.started.elapsed().as_secs_f64() * 1000.0);
        let data: Arc<str> = data.to_string().into();
        let length = data.len();
        self.list().push(Event { kind, data });
        self.progress.send_modify(|progress| {
            progress.events += 1;
            progress.bytes += length;
        });
    }

    fn list(&self) -> MutexGuard<'_, Vec<Event>> {
        // A list is whole between any two calls.
        self.events.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One program of a run.
struct Side<'run> {
    index: usize,
    asked: &'run Asked,
    lines: mpsc::Receiver<String>,
    root: &'run Path,
    built: &'run HashMap<String, OsString>,
}

/// Passes lines on to a program for as long as it runs.
async fn feed(mut stdin: ChildStdin, lines: &mut mpsc::Receiver<String>) -> Infallible {
    while let Some(line) = lines.recv().await {
        // It fails when the program has closed its end, or is about to exit.
        let _ = stdin.write_all(format!("{line}\n").as_bytes()).await;
    }
    std::future::pending().await
}

/// The exit code, or else the signal that ended the program.
fn outcome(status: &ExitStatus) -> (Option<i32>, Option<i32>) {
    #[cfg(unix)]
    let signal = std::os::unix::process::ExitStatusExt::signal(status);
    #[cfg(not(unix))]
    let signal = None;
    (status.code(), signal)
}

/// Closes a run at its end, even if that is a panic: its panel must be free for another.
struct Closing<'run>(&'run Run);

impl Drop for Closing<'_> {
    fn drop(&mut self) {
        // A page that hears this does not ask again.
        self.0.tell("end", json!({}));
        self.0.progress.send_modify(|progress| {
            progress.is_over = true;
            progress.is_closed = true;
        });
    }
}

/// One page's stream, counted while it is open.
struct Listener {
    run: Arc<Run>,
}

impl Listener {
    fn of(run: Arc<Run>) -> Listener {
        run.listeners.send_modify(|count| *count += 1);
        Listener { run }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.run.listeners.send_modify(|count| *count -= 1);
    }
}
