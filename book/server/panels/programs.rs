//! The programs of a run: built, started, and heard until they end.

use std::collections::HashMap;
use std::convert::Infallible;
use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitStatus;

use futures_util::future::join;
use programs::{Asked, Source};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::process::{ChildStdin, Command};
use tokio::sync::{mpsc, watch};

use super::run::Run;
use super::wish::Wish;
use crate::process::child::{self, Child, Stop};
use crate::process::parent_death::{self, Entrance};
use crate::scene::words;

/// A line of a program that is longer is shown in pieces. Cargo's are for machines.
const LONGEST_LINE: usize = 4096;
const LONGEST_LINE_OF_CARGO: usize = 1024 * 1024;

/// What is known of the first program's address.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Listening {
    NotYet,
    At(SocketAddr),
    Never,
}

/// What all programs of a run have in common.
#[derive(Clone, Copy)]
pub struct Place<'run> {
    pub root: &'run Path,
    /// The file of each program of a lesson, by its name.
    pub built: &'run HashMap<String, OsString>,
    /// The network that they are in.
    pub entrance: &'run Entrance,
}

impl Run {
    /// Builds what has to be built: the file of each program of a lesson, by its name. `None` when that
    /// failed.
    pub async fn build(&self, root: &Path, asked: &[Asked]) -> Option<HashMap<String, OsString>> {
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
        let progress = |line: &str| self.events.tell("build", json!({ "text": line }));
        let command = command.current_dir(root);
        match child::run(command, &mut stop, LONGEST_LINE_OF_CARGO, artifact, progress).await {
            Ok(status) => status.success().then_some(built),
            Err(why) => {
                progress(&format!("error: cannot start cargo: {why}"));
                None
            }
        }
    }

    /// Starts the first program, and the second when the first one listens, and lets more clients in; waits for
    /// all of them.
    pub async fn programs(
        &self,
        place: Place<'_>,
        asked: &[Asked],
        lines: Vec<mpsc::Receiver<String>>,
        wishes: mpsc::Receiver<Wish>,
        listening: &watch::Sender<Listening>,
    ) {
        let mut lines = lines.into_iter();
        let mut side = |index: usize| {
            Some(Side { index, asked: asked.get(index)?, lines: lines.next()?, place })
        };
        let (first, second) = (side(0), side(1));
        let first = async {
            if let Some(side) = first {
                self.program(side, None, Some(listening), &mut self.stop.subscribe()).await;
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
                self.program(side, Some(server), None, &mut self.stop.subscribe()).await;
            }
        };
        let done = watch::Sender::new(false);
        let own = async {
            join(first, second).await;
            done.send_replace(true);
        };
        let client = asked.get(1);
        let more = self.actors(place, client, listening.subscribe(), wishes, done.subscribe());
        join(own, more).await;
    }

    pub(super) async fn program(
        &self,
        side: Side<'_>,
        server: Option<SocketAddr>,
        listening: Option<&watch::Sender<Listening>>,
        stop: &mut Stop,
    ) {
        let Side { index, asked, mut lines, place } = side;
        let call = match asked.call(server, self.language) {
            Ok(call) => call,
            Err(why) => return self.events.tell("limit", json!({ "why": why })),
        };
        let mut command = match asked.program.source {
            Source::Bin { bin: name, .. } | Source::Example { name, .. } => {
                let program = place.built.get(name).cloned().unwrap_or_default();
                parent_death::command_at(place.entrance, program)
            }
            Source::Python(file) => {
                let mut command = parent_death::command_at(place.entrance, common::PYTHON.into());
                command.arg(format!("lessons/{file}"));
                command
            }
        };
        // Into a pipe, Python writes only when it ends, and in the encoding of the terminal.
        command.env("PYTHONUNBUFFERED", "1").env("PYTHONIOENCODING", "utf-8");
        command.args(call.words()).current_dir(place.root);
        let start = json!({
            "program": index,
            "name": asked.program.name,
            "role": asked.program.role.name(),
            "command": call.typed(),
        });
        self.events.tell("start", start);
        let lines = asked.program.reads.is_some().then_some(&mut lines);
        self.lives(index, &mut command, lines, listening, stop).await;
    }

    /// Starts a program, and tells what it writes and how it ends.
    pub(super) async fn lives(
        &self,
        index: usize,
        command: &mut Command,
        lines: Option<&mut mpsc::Receiver<String>>,
        listening: Option<&watch::Sender<Listening>>,
        stop: &mut Stop,
    ) {
        let line = |stream, text: &str| {
            self.events.tell("line", json!({ "program": index, "stream": stream, "text": text }));
        };
        let started = Child::start(command);
        let started = started.and_then(|mut child| Ok((child.pipes()?, child)));
        let ((stdin, stdout, stderr), mut child) = match started {
            Ok(started) => started,
            Err(why) => return line("stderr", &format!("error: cannot start it: {why}")),
        };

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
        let life = join(child.end(stop), join(out, err));
        let status = match lines {
            Some(lines) => tokio::select! {
                (status, _) = life => status,
                never = feed(stdin, lines) => match never {},
            },
            None => {
                // It reads the end right away.
                drop(stdin);
                life.await.0
            }
        };
        let (code, signal) = status.as_ref().map_or((None, None), outcome);
        let words = words::of(self.language).exit(code, signal);
        let exit = json!({ "program": index, "code": code, "signal": signal, "words": words });
        self.events.tell("exit", exit);
    }
}

/// One program of a run.
pub(super) struct Side<'run> {
    pub index: usize,
    pub asked: &'run Asked,
    pub lines: mpsc::Receiver<String>,
    pub place: Place<'run>,
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
