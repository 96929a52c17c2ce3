use std::fs;
use std::io::Write;
use std::net::SocketAddr;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use assert_cmd::assert::Assert;

use crate::check::{Broken, Outcome};
use crate::doing::has_ended;
use crate::family::Family;
use crate::finished::Finished;
use crate::output::{Output, Stream};
use crate::show::show;
use crate::subject::Subject;
use crate::trace::Trace;
use crate::usage::Usage;

#[cfg(all(test, unix))]
mod tests;

/// A process of the run. It dies, with all that it started, when this is dropped.
pub struct Program {
    pub(crate) name: String,
    child: Child,
    family: Family,
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
        let Subject { name, limits, .. } = subject;
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let output = Arc::new(Output::default());
        let (mut child, family) = Family::start(command, *limits, &output)
            .map_err(|why| Broken::new("the program starts", why))?;
        output.collect(Stream::Out, child.stdout.take().expect("piped"), limits.output);
        output.collect(Stream::Err, child.stderr.take().expect("piped"), limits.output);
        trace.started(name, &output, child.id());
        Ok(Program {
            name: name.clone(),
            child,
            family,
            output,
            trace: trace.clone(),
            ended_at: None,
        })
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits for the line `listening on ADDRESS:PORT`, the first on standard output.
    pub fn listening(&mut self) -> Outcome<SocketAddr> {
        const EXPECTED: &str = "`listening on ADDRESS:PORT` as the first line on stdout";
        self.trace.step(format!("wait until {} listens", self.name));
        let mut seen = 0;
        let found = self.output.wait(&self.trace, &EXPECTED, |text| {
            let out = text.of(Stream::Out);
            let end = out[seen..].iter().position(|&byte| byte == b'\n');
            let length = end.map_or(out.len(), |end| seen + end);
            seen = out.len();
            (end.is_some() || text.ended() && length > 0).then(|| out[..length].to_vec())
        })?;
        match found {
            Some(line) => std::str::from_utf8(&line)
                .ok()
                .and_then(|line| line.trim_end().strip_prefix("listening on ")?.parse().ok())
                .ok_or_else(|| {
                    let got = self.why_cut_off().unwrap_or_else(|| show(&line));
                    Broken::new(EXPECTED, got)
                }),
            None => Err(Broken::new(EXPECTED, self.how_it_ended())),
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
        let expected = format!("{words:?} on {stream}");
        self.trace.step(format!("wait until {} writes {expected}", self.name));
        let mut seen = 0;
        let found = self.output.wait(&self.trace, &expected, |text| {
            let text = text.of(stream);
            let new = &text[seen..];
            // The words may have begun in what has been seen.
            seen = text.len().saturating_sub(words.len());
            contains(new, words.as_bytes()).then_some(())
        })?;
        found.ok_or_else(|| Broken::new(&expected, self.how_it_ended()))
    }

    /// Waits until standard error has a line `error: …` that names this client.
    pub fn reports(&mut self, client: SocketAddr) -> Outcome {
        let expected = format!("a line `error: …` on stderr that names the client, {client}");
        self.trace.step(format!("wait until {} writes {expected}", self.name));
        let client = client.to_string();
        let found = self.output.wait(&self.trace, &expected, |text| {
            let errors = String::from_utf8_lossy(text.of(Stream::Err));
            let mut lines = errors.lines();
            lines.any(|line| line.starts_with("error: ") && line.contains(&client)).then_some(())
        })?;
        found.ok_or_else(|| Broken::new(&expected, self.how_it_ended()))
    }

    /// Waits until standard output has a whole line that is `wanted`, and returns the first such line.
    pub fn line(&mut self, what: &str, wanted: impl Fn(&str) -> bool) -> Outcome<String> {
        let expected = format!("{what} on stdout");
        self.trace.step(format!("wait until {} writes {expected}", self.name));
        let mut seen = 0;
        let found = self.output.wait(&self.trace, &expected, |text| {
            let new = &text.of(Stream::Out)[seen..];
            let whole = new.iter().rposition(|&byte| byte == b'\n').map_or(0, |end| end + 1);
            seen += whole;
            let lines = String::from_utf8_lossy(&new[..whole]);
            lines.split_terminator('\n').find(|line| wanted(line)).map(String::from)
        })?;
        found.ok_or_else(|| Broken::new(&expected, self.how_it_ended()))
    }

    /// Demands that standard output does not hold these words by now.
    pub fn has_not_said(&mut self, words: &str) -> Outcome {
        self.trace.step(format!("{} has not said {words:?}", self.name));
        let said = contains(self.output.lock().of(Stream::Out), words.as_bytes());
        match said {
            true => Err(Broken::new(format!("no {words:?} on stdout"), "just that")),
            false => Ok(()),
        }
    }

    /// Waits for the end of the program and demands its exit code.
    pub fn exits_with(&mut self, code: i32) -> Outcome {
        let expected = format!("exit code {code}");
        let status = self.ends()?.status;
        match status.code() == Some(code) {
            true => Ok(()),
            false => Err(Broken::new(expected, self.in_words(status))),
        }
    }

    /// Waits for the end of the program, or for its line `listening on`, which it must not write.
    pub fn finishes_without_listening(&mut self) -> Outcome<Finished> {
        self.trace.step(format!("wait until {} ends; it must not listen", self.name));
        const EXPECTED: &str = "the end of the program";
        let (child, output) = (&mut self.child, &self.output);
        self.trace.until(&EXPECTED, || {
            let line = output.lock().of(Stream::Out).split(|&byte| byte == b'\n').next()?.to_vec();
            match child.try_wait() {
                Ok(Some(_)) => Some(Ok(())),
                _ if line.starts_with(b"listening on ") => Some(Err(Broken::new(
                    EXPECTED,
                    format!("a running program that says {:?}", String::from_utf8_lossy(&line)),
                ))),
                _ => None,
            }
        })??;
        Ok(Finished { assert: Assert::new(self.ended()?), trace: self.trace.clone() })
    }

    /// Waits for the end of the program, whatever its exit code.
    pub fn ends(&mut self) -> Outcome<std::process::Output> {
        self.trace.step(format!("wait until {} ends", self.name));
        self.ended()
    }

    fn ended(&mut self) -> Outcome<std::process::Output> {
        let child = &mut self.child;
        let status =
            self.trace.until(&"the end of the program", || child.try_wait().ok().flatten())?;
        self.ended_at.get_or_insert_with(Instant::now);
        self.trace.found(&self.output, |program| program.over = true);
        // A process that it has left behind may hold its output open.
        self.end();
        // The threads that collect the output may be a moment behind.
        self.output.ends_within(Duration::from_secs(5));
        if let Some(why) = self.why_cut_off() {
            return Err(Broken::new("the end of the program", why));
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
    pub fn ran_for(&self, since: Instant) -> Duration {
        self.ended_at.unwrap_or_else(Instant::now).saturating_duration_since(since)
    }

    /// Demands that the program has not ended.
    pub fn still_runs(&mut self) -> Outcome {
        self.trace.step(format!("{} still runs", self.name));
        match self.child.try_wait() {
            Ok(Some(status)) => Err(Broken::new("a running program", self.in_words(status))),
            _ => Ok(()),
        }
    }

    /// What Ctrl-C does in a terminal.
    pub fn interrupt(&mut self) -> Outcome {
        self.trace.step(format!("press Ctrl-C in the terminal of {}", self.name));
        #[cfg(unix)]
        return signal(&self.child, rustix::process::Signal::INT);
        #[cfg(not(unix))]
        Err(Broken::new("Ctrl-C", "not available on this system"))
    }

    /// What `kill`, or a system that shuts down, does first.
    pub fn terminate(&mut self) -> Outcome {
        self.trace.step(format!("ask {} to end (SIGTERM)", self.name));
        #[cfg(unix)]
        return signal(&self.child, rustix::process::Signal::TERM);
        #[cfg(not(unix))]
        Err(Broken::new("SIGTERM", "not available on this system"))
    }

    /// Stops the process as Ctrl-Z does; its kernel goes on without it.
    pub fn suspend(&mut self) -> Outcome {
        self.trace.step(format!("suspend {} (Ctrl-Z): its kernel goes on without it", self.name));
        #[cfg(unix)]
        return signal(&self.child, rustix::process::Signal::STOP);
        #[cfg(not(unix))]
        Err(Broken::new("a suspended process", "not available on this system"))
    }

    /// Lets a suspended process go on, as `fg` does.
    pub fn resume(&mut self) -> Outcome {
        self.trace.step(format!("let {} go on", self.name));
        #[cfg(unix)]
        return signal(&self.child, rustix::process::Signal::CONT);
        #[cfg(not(unix))]
        Err(Broken::new("a suspended process", "not available on this system"))
    }

    /// Waits until it has done what it does at once, and waits itself: no thread of it runs. A program that
    /// is always busy has half a second. (Linux; elsewhere it has no moment)
    pub fn may_run_on(&self) {
        let end = Instant::now() + Duration::from_millis(500);
        while Instant::now() < end && !self.running_threads().is_empty() {
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// Ends the process at once, as `kill -9` does.
    pub fn kill(&mut self) -> Outcome {
        self.trace.step(format!("kill {}", self.name));
        self.trace.found(&self.output, |program| program.over = true);
        self.end();
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

    /// What the program takes of the machine at this moment. (Linux)
    pub fn usage(&self) -> Outcome<Usage> {
        let usage = Usage::of(self.child.id());
        usage.ok_or_else(|| match has_ended(self.child.id()) {
            true => Broken::new("a running program", "it has ended"),
            false => Broken::new("the kernel's view of the program", "not available here"),
        })
    }

    /// Types at the program's terminal.
    pub fn types(&mut self, text: &str) -> Outcome {
        self.trace.step(format!("type {text:?} into {}", self.name));
        let expected = "a program that reads its input";
        let Some(input) = &mut self.child.stdin else {
            return Err(Broken::new(expected, "its input has been ended"));
        };
        input.write_all(text.as_bytes()).map_err(|why| Broken::new(expected, why))
    }

    /// Ends the program's input, as Ctrl-D does.
    pub fn ends_input(&mut self) {
        self.trace.step(format!("end the input of {} (Ctrl-D)", self.name));
        self.child.stdin = None;
    }

    fn how_it_ended(&mut self) -> String {
        if let Some(why) = self.why_cut_off() {
            return why;
        }
        let status = self.ends_within(Duration::from_secs(1));
        status.map_or("it closed its output and runs on".into(), |status| self.in_words(status))
    }

    /// The end of a program that is probably over; not worth the run's whole deadline.
    fn ends_within(&mut self, limit: Duration) -> Option<ExitStatus> {
        let end = Instant::now() + limit;
        loop {
            match self.child.try_wait() {
                Ok(Some(status)) => return Some(status),
                _ if Instant::now() > end => return None,
                _ => thread::sleep(Duration::from_millis(2)),
            }
        }
    }

    fn end(&mut self) {
        self.family.end(&mut self.child);
    }

    fn why_cut_off(&self) -> Option<String> {
        let reason = self.output.why_cut_off()?;
        Some(format!("it was ended by the grader: {reason}"))
    }

    fn in_words(&self, status: ExitStatus) -> String {
        self.why_cut_off().unwrap_or_else(|| ended(status))
    }
}

/// A shell that runs this script, for unit tests.
#[cfg(all(test, unix))]
pub(crate) fn shell(script: &str, trace: &Trace) -> Program {
    let subject = Subject::tool(&["sh", "-c", script]);
    Program::spawn(&subject, subject.command(), trace).unwrap()
}

impl Drop for Program {
    fn drop(&mut self) {
        if let Ok(Some(status)) = self.child.try_wait() {
            self.trace.found(&self.output, |program| program.status = Some(status));
        }
        self.end();
        // What it wrote last belongs into the report.
        self.output.ends_within(Duration::from_secs(1));
    }
}

/// What ends a program from outside, and leaves it the choice how: `kill`, and Ctrl-C.
pub fn ways_to_end() -> Vec<fn(&mut Program) -> Outcome> {
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

#[cfg(unix)]
fn signal(child: &Child, signal: rustix::process::Signal) -> Outcome {
    let process = rustix::process::Pid::from_raw(child.id() as i32).expect("a child has an id");
    rustix::process::kill_process(process, signal)
        .map_err(|why| Broken::new("a process that takes the signal", why))
}

pub(crate) fn ended(status: ExitStatus) -> String {
    match status.code() {
        Some(101) => "it ended with a panic (exit code 101)".into(),
        Some(code) => format!("it ended with exit code {code}"),
        None => by_signal(status),
    }
}

#[cfg(unix)]
fn by_signal(status: ExitStatus) -> String {
    use rustix::process::Signal;
    use std::os::unix::process::ExitStatusExt;
    match status.signal().and_then(Signal::from_named_raw) {
        Some(Signal::INT) => "Ctrl-C (SIGINT) ended it on the spot: it does not handle it".into(),
        Some(Signal::TERM) => "SIGTERM ended it on the spot: it does not handle it".into(),
        Some(Signal::SEGV) => "it crashed: an invalid access to memory (SIGSEGV)".into(),
        Some(Signal::ABORT) => "it aborted itself (SIGABRT)".into(),
        _ => format!("it was ended: {status}"),
    }
}

#[cfg(not(unix))]
fn by_signal(status: ExitStatus) -> String {
    format!("it was ended: {status}")
}

fn contains(text: &[u8], words: &[u8]) -> bool {
    words.is_empty() || text.windows(words.len()).any(|window| window == words)
}
