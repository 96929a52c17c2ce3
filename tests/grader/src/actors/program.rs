use std::collections::BTreeSet;
use std::fmt::Display;
use std::fs;
use std::io::Write;
use std::net::SocketAddr;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use assert_cmd::assert::Assert;

use super::finished::{Finished, explains, names};
use super::output::{Output, Stream, Text, Waited, cut};
use super::subject::{Subject, Unread};
use super::trace::Trace;
use crate::check::Outcome;
use crate::machine::{
    ProcessTree, Signal, Usage, has_ended, is_stopped, listeners, running_threads,
};
use crate::words::suite as words;
use crate::words::{demands, quote, steps, text};

/// A process of the run. It dies, with all that it started, when this is dropped.
pub struct Program {
    pub(crate) name: String,
    tree: ProcessTree,
    pub(crate) output: Arc<Output>,
    trace: Trace,
    /// When its end was seen.
    ended_at: Option<Instant>,
}

impl Program {
    pub(crate) fn spawn(
        subject: &Subject,
        mut command: Command,
        trace: &Trace,
    ) -> Outcome<Program> {
        let Subject { name, quota, unread, .. } = subject;
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let output = Arc::new(Output::default());
        let file = command.get_program().to_string_lossy().into_owned();
        let mut tree =
            ProcessTree::start(command, *quota, Arc::clone(&output) as _).map_err(|why| {
                trace.broken(demands::starts(), words::cannot_start(&file, &why.to_string()))
            })?;
        if let (Some(out), Some(err)) = (tree.child.stdout.take(), tree.child.stderr.take()) {
            output.collect(Stream::Out, out, quota.output, *unread == Some(Unread::Out));
            match unread {
                Some(Unread::Err) => {
                    drop(err);
                    output.collect(Stream::Err, std::io::empty(), quota.output, false);
                }
                _ => output.collect(Stream::Err, err, quota.output, false),
            }
        }
        trace.started(name, &output, tree.child.id());
        let (name, trace) = (name.clone(), trace.clone());
        Ok(Program { name, tree, output, trace, ended_at: None })
    }

    pub fn id(&self) -> u32 {
        self.tree.child.id()
    }

    /// Waits for the line `listening on ADDRESS:PORT`, the first on standard output.
    pub fn listening(&mut self) -> Outcome<SocketAddr> {
        let expected = demands::listening();
        self.trace.step(steps::listens(&self.name));
        let mut seen = 0;
        let line = self.awaits(&expected, |text| {
            let out = text.of(Stream::Out);
            let end = out[seen..].iter().position(|&byte| byte == b'\n');
            let length = end.map_or(out.len(), |end| seen + end);
            seen = out.len();
            (end.is_some() || text.ended() && length > 0).then(|| out[..length].to_vec())
        })?;
        let address = std::str::from_utf8(&line)
            .ok()
            .and_then(|line| line.trim_end().strip_prefix("listening on ")?.parse().ok());
        // Port 0 is what it was told; a client can't connect to it.
        let address = address.filter(|address: &SocketAddr| address.port() != 0);
        let got = || self.why_cut_off().unwrap_or_else(|| quote(&line));
        address.ok_or_else(|| self.trace.broken(&expected, got()))
    }

    /// Waits until one of its streams is no longer read.
    pub(super) fn is_unread(&mut self) -> Outcome {
        let expected = demands::is_unread();
        self.trace.step(&expected);
        match self.output.one_ends(self.trace.deadline()) {
            true => Ok(()),
            false => Err(self.trace.late(expected, demands::time_up())),
        }
    }

    /// Waits until standard output holds these words.
    pub fn says(&mut self, words: &str) -> Outcome {
        self.writes(Stream::Out, words)
    }

    /// Waits until standard error holds these words.
    pub fn complains(&mut self, words: &str) -> Outcome {
        self.writes(Stream::Err, words)
    }

    fn writes(&mut self, stream: Stream, words: &str) -> Outcome {
        let expected = demands::on_stream(words, stream);
        self.trace.step(steps::writes(&self.name, &expected));
        let mut seen = 0;
        self.awaits(expected, |text| {
            let text = text.of(stream);
            let new = &text[seen..];
            // The words may have begun in what has been seen.
            seen = text.len().saturating_sub(words.len());
            contains(new, words.as_bytes()).then_some(())
        })
    }

    /// Waits until standard error has a line `error: WHAT: WHY` that names this client.
    pub fn reports(&mut self, client: SocketAddr) -> Outcome {
        let expected = demands::error_naming(client);
        self.trace.step(steps::writes(&self.name, &expected));
        let explained = self.awaits(&expected, |text| {
            let errors = String::from_utf8_lossy(text.of(Stream::Err));
            let is_of = |line: &&str| line.starts_with("error: ") && names(line, client);
            let named: Vec<&str> = errors.lines().filter(is_of).collect();
            let is_explained = named.iter().any(|line| explains(line));
            // Of the last line only the start may have come.
            let is_whole = !named.is_empty() && errors.ends_with('\n');
            (is_explained || is_whole).then_some(is_explained)
        })?;
        match explained {
            true => Ok(()),
            false => Err(self.trace.broken(demands::error_line(), quote(self.stderr().as_bytes()))),
        }
    }

    /// Waits until standard output has a whole line that is `wanted`, and returns the first such line.
    pub fn line(&mut self, what: &str, wanted: impl Fn(&str) -> bool) -> Outcome<String> {
        let expected = demands::on_stdout(&text(what));
        self.trace.step(steps::writes(&self.name, &expected));
        let mut seen = 0;
        self.awaits(expected, |text| {
            let new = &text.of(Stream::Out)[seen..];
            let whole = new.iter().rposition(|&byte| byte == b'\n').map_or(0, |end| end + 1);
            seen += whole;
            let lines = String::from_utf8_lossy(&new[..whole]);
            lines.split_terminator('\n').find(|line| wanted(line)).map(String::from)
        })
    }

    /// Waits until `look` finds something in what the program has written.
    fn awaits<T>(
        &mut self,
        expected: impl Display,
        look: impl FnMut(&Text) -> Option<T>,
    ) -> Outcome<T> {
        match self.output.wait(self.trace.deadline(), look) {
            Waited::Found(found) => {
                self.trace.ready(&self.output);
                Ok(found)
            }
            Waited::TimeUp => Err(self.trace.late(expected, demands::time_up())),
            Waited::Ended => {
                let how = self.how_it_ended();
                Err(self.trace.broken(expected, how))
            }
        }
    }

    /// Demands that standard output does not hold these words by now.
    pub fn has_not_said(&mut self, words: &str) -> Outcome {
        self.trace.step(steps::has_not_said(&self.name, words));
        let said = contains(self.output.lock().of(Stream::Out), words.as_bytes());
        match said {
            true => Err(self.trace.broken(demands::not_on_stdout(words), demands::just_that())),
            false => Ok(()),
        }
    }

    /// Waits for the end of the program and demands its exit code.
    pub fn exits_with(&mut self, code: i32) -> Outcome {
        let expected = demands::exit_code(code);
        let status = self.ends()?.status;
        match status.code() == Some(code) {
            true => Ok(()),
            false => Err(self.trace.broken(expected, self.in_words(status))),
        }
    }

    /// Waits for the end of the program, or for its line `listening on`, which it must not write.
    pub fn finishes_without_listening(&mut self) -> Outcome<Finished> {
        self.trace.step(steps::ends_without_listening(&self.name));
        let expected = demands::the_end();
        let (tree, output, trace) = (&mut self.tree, &self.output, &self.trace);
        self.trace.until(&&expected, || {
            let line = output.lock().of(Stream::Out).split(|&byte| byte == b'\n').next()?.to_vec();
            match tree.try_wait() {
                Some(_) => Some(Ok(())),
                _ if line.starts_with(b"listening on ") => {
                    let got = demands::running_and_saying(&cut(&String::from_utf8_lossy(&line)));
                    Some(Err(trace.broken(&expected, got)))
                }
                _ => None,
            }
        })??;
        Ok(Finished { assert: Assert::new(self.ended()?), trace: self.trace.clone() })
    }

    /// Waits for the end of the program, whatever its exit code.
    pub fn ends(&mut self) -> Outcome<std::process::Output> {
        self.trace.step(steps::ends(&self.name));
        self.ended()
    }

    fn ended(&mut self) -> Outcome<std::process::Output> {
        let tree = &mut self.tree;
        let status = self.trace.until(&demands::the_end(), || tree.try_wait())?;
        self.ended_at.get_or_insert_with(Instant::now);
        self.trace.ready(&self.output);
        self.trace.found(&self.output, |program| program.over = true);
        // A process that it has left behind may hold its output open.
        self.tree.end();
        // The threads that collect the output may be a moment behind.
        self.output.ends_within(Duration::from_secs(5));
        if let Some(why) = self.why_cut_off() {
            return Err(self.trace.broken(demands::the_end(), why));
        }
        let text = self.output.lock();
        let (stdout, stderr) = (text.of(Stream::Out).to_vec(), text.of(Stream::Err).to_vec());
        Ok(std::process::Output { status, stdout, stderr })
    }

    /// Waits for the end of the program, for demands on its exit code and on all that it wrote.
    pub fn finishes(&mut self) -> Outcome<Finished> {
        Ok(Finished { assert: Assert::new(self.ends()?), trace: self.trace.clone() })
    }

    /// How long it has run from this moment to its end, or until now. To find all that it has left behind
    /// takes its time on a busy machine, and is not part of it.
    pub fn ran_since(&self, since: Instant) -> Duration {
        self.ended_at.unwrap_or_else(Instant::now).saturating_duration_since(since)
    }

    /// Whether the program has ended by now.
    pub fn has_ended(&mut self) -> bool {
        self.tree.try_wait().is_some()
    }

    /// Demands that the program has not ended.
    pub fn still_runs(&mut self) -> Outcome {
        self.trace.step(steps::still_runs(&self.name));
        match self.tree.try_wait() {
            Some(status) => Err(self.trace.broken(demands::running(), self.in_words(status))),
            _ => Ok(()),
        }
    }

    /// What Ctrl-C does in a terminal.
    pub fn interrupt(&mut self) -> Outcome {
        self.takes(Signal::Interrupt, steps::interrupt(&self.name))
    }

    /// What `kill`, or a system that shuts down, does first.
    pub fn terminate(&mut self) -> Outcome {
        self.takes(Signal::Terminate, steps::terminate(&self.name))
    }

    /// Stops the process as Ctrl-Z does; its kernel goes on without it.
    pub fn suspend(&mut self) -> Outcome {
        self.takes(Signal::Stop, steps::suspend(&self.name))
    }

    /// Lets a suspended process go on, as `fg` does.
    pub fn resume(&mut self) -> Outcome {
        self.takes(Signal::Continue, steps::resume(&self.name))
    }

    fn takes(&self, signal: Signal, step: String) -> Outcome {
        self.trace.step(step);
        if matches!(signal, Signal::Interrupt | Signal::Terminate) {
            self.trace.grants_for_its_end();
        }
        let sent = self.tree.send(signal);
        sent.map_err(|why| self.trace.broken(demands::takes_signal(), why))
    }

    /// Waits until no thread of it runs, since each waits for something. A program that is always busy has
    /// half a second. (Linux and Windows; elsewhere it has no moment, nor in Wine)
    pub fn waits_until_idle(&self) {
        let end = Instant::now() + Duration::from_millis(500);
        while Instant::now() < end && !self.running_threads().is_empty() {
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// Ends the process instantly, as `kill -9` does: it alone. What it has started ends when this is
    /// dropped.
    pub fn kill(&mut self) -> Outcome {
        self.trace.step(steps::kill(&self.name));
        self.trace.found(&self.output, |program| program.over = true);
        self.tree.kill();
        Ok(())
    }

    /// All that the program has written to standard output so far.
    pub fn stdout(&self) -> String {
        String::from_utf8_lossy(self.output.lock().of(Stream::Out)).into_owned()
    }

    /// All that the program has written to standard error so far.
    pub fn stderr(&self) -> String {
        String::from_utf8_lossy(self.output.lock().of(Stream::Err)).into_owned()
    }

    /// What the program takes of the machine at this moment, on Linux with all that it has started. (Linux and Windows)
    pub fn usage(&self) -> Outcome<Usage> {
        let usage = Usage::of(self.tree.child.id()).map(|its| its.with(self.tree.others()));
        usage.ok_or_else(|| match has_ended(self.tree.child.id()) {
            true => self.trace.broken(demands::running(), demands::has_ended()),
            false => self.trace.broken(demands::kernels_view(), demands::not_available_here()),
        })
    }

    /// The threads, on Linux also of processes that it has started, that run or would run if a processor were free;
    /// one that waits for something is none of them. (Linux and Windows, not Wine)
    pub fn running_threads(&self) -> BTreeSet<String> {
        let processes = [self.id()].into_iter().chain(self.tree.others());
        processes.flat_map(running_threads).collect()
    }

    /// Where it listens now; nowhere where the system does not say. (Linux)
    pub fn listeners(&self) -> Vec<SocketAddr> {
        listeners(self.id())
    }

    /// Whether all of its threads have stopped, a moment after it has been suspended. (Linux)
    pub fn is_stopped(&self) -> bool {
        is_stopped(self.id())
    }

    /// Types at the program's terminal.
    pub fn types(&mut self, text: &str) -> Outcome {
        self.trace.step(steps::types(&self.name, text));
        let expected = demands::reads_input();
        let Some(input) = &mut self.tree.child.stdin else {
            return Err(self.trace.broken(expected, demands::input_ended()));
        };
        input.write_all(text.as_bytes()).map_err(|why| self.trace.broken(expected, why))
    }

    /// Ends the program's input, as Ctrl-D does.
    pub fn ends_input(&mut self) {
        self.trace.step(steps::ends_input(&self.name));
        self.tree.child.stdin = None;
    }

    fn how_it_ended(&mut self) -> String {
        if let Some(why) = self.why_cut_off() {
            return why;
        }
        let status = self.ends_within(Duration::from_secs(1));
        status.map_or(demands::runs_on(), |status| self.in_words(status))
    }

    /// The end of a program that is probably over; not worth the run's whole deadline.
    fn ends_within(&mut self, limit: Duration) -> Option<ExitStatus> {
        let end = Instant::now() + limit;
        loop {
            match self.tree.try_wait() {
                Some(status) => return Some(status),
                _ if Instant::now() > end => return None,
                _ => thread::sleep(Duration::from_millis(2)),
            }
        }
    }

    fn why_cut_off(&self) -> Option<String> {
        let reason = self.output.why_cut_off()?;
        Some(demands::ended_by_grader(&reason))
    }

    fn in_words(&self, status: ExitStatus) -> String {
        self.why_cut_off().unwrap_or_else(|| demands::ended(status))
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        match self.tree.try_wait() {
            Some(status) => {
                self.trace.found(&self.output, |program| program.status = Some(status));
            }
            // The check is done with it. What fails later isn't for want of this program.
            None if !self.trace.is_broken() => {
                self.trace.found(&self.output, |program| program.over = true);
            }
            None => {}
        }
        self.tree.end();
        // What it wrote last belongs into the report.
        self.output.ends_within(Duration::from_secs(1));
    }
}

/// What ends a program from outside, and leaves it the choice how: `kill`, and Ctrl-C. Windows has only the latter.
pub fn ways_to_end() -> Vec<fn(&mut Program) -> Outcome> {
    if cfg!(windows) {
        return vec![Program::interrupt];
    }
    // A shell that starts something in the background lets it ignore SIGINT, with all that it starts in
    // its turn (signal(7)). In such a suite Ctrl-C shows nothing.
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    match ignores_ctrl_c(&status) {
        true => vec![Program::terminate],
        false => vec![Program::terminate, Program::interrupt],
    }
}

/// Whether bit 1 of `SigIgn`, that of SIGINT, is set in a `/proc/PID/status` (proc(5)).
fn ignores_ctrl_c(status: &str) -> bool {
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    ignored.is_some_and(|mask| mask & 0b10 != 0)
}

fn contains(text: &[u8], words: &[u8]) -> bool {
    words.is_empty() || text.windows(words.len()).any(|window| window == words)
}
