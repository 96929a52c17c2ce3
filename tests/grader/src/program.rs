use std::collections::BTreeSet;
use std::fmt::Display;
use std::io::{Read, Write};
use std::net::SocketAddr;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use assert_cmd::assert::Assert;

use crate::check::{Broken, Outcome};
use crate::finished::Finished;
use crate::show::show;
use crate::spawn::spawn;
use crate::trace::Trace;
use crate::usage::Usage;

/// A process of the run. It dies, with all that it started, when this is dropped.
pub struct Program {
    name: String,
    child: Child,
    output: Arc<Output>,
    trace: Trace,
}

impl Program {
    pub(crate) fn spawn(name: &str, mut command: Command, trace: &Trace) -> Outcome<Program> {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        own_process_group(&mut command);
        let mut groups = lock_groups();
        let mut child =
            spawn(&mut command).map_err(|why| Broken::new("the program starts", why))?;
        groups.insert(child.id());
        drop(groups);
        let output = Arc::new(Output::default());
        output.collect(Stream::Out, child.stdout.take().expect("piped"));
        output.collect(Stream::Err, child.stderr.take().expect("piped"));
        trace.started(name, &output, child.id());
        Ok(Program { name: name.into(), child, output, trace: trace.clone() })
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits for the line `listening on ADDRESS:PORT`, the first on standard output.
    pub fn listening(&mut self) -> Outcome<SocketAddr> {
        const EXPECTED: &str = "`listening on ADDRESS:PORT` as the first line on stdout";
        self.trace.step(format!("wait until {} listens", self.name));
        let found = self.output.wait(&self.trace, &EXPECTED, |text| {
            let line = text.out.split_inclusive(|&byte| byte == b'\n').next()?;
            (line.ends_with(b"\n") || text.ended()).then(|| line.to_vec())
        })?;
        match found {
            Some(line) => std::str::from_utf8(&line)
                .ok()
                .and_then(|line| line.trim_end().strip_prefix("listening on ")?.parse().ok())
                .ok_or_else(|| Broken::new(EXPECTED, show(&line))),
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
        let found = self.output.wait(&self.trace, &expected, |text| {
            contains(text.of(stream), words.as_bytes()).then_some(())
        })?;
        found.ok_or_else(|| Broken::new(&expected, self.how_it_ended()))
    }

    /// Waits until standard output has a whole line that is `wanted`, and returns the first such line.
    pub fn line(&mut self, what: &str, wanted: impl Fn(&str) -> bool) -> Outcome<String> {
        let expected = format!("{what} on stdout");
        self.trace.step(format!("wait until {} writes {expected}", self.name));
        let found = self.output.wait(&self.trace, &expected, |text| {
            let whole = String::from_utf8_lossy(&text.out);
            let mut lines = whole.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n'));
            lines.find(|line| wanted(line)).map(String::from)
        })?;
        found.ok_or_else(|| Broken::new(&expected, self.how_it_ended()))
    }

    /// Demands that standard output does not hold these words by now.
    pub fn has_not_said(&mut self, words: &str) -> Outcome {
        self.trace.step(format!("{} has not said {words:?}", self.name));
        let said = contains(&self.output.lock().out, words.as_bytes());
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
            false => Err(Broken::new(expected, ended(status))),
        }
    }

    /// Waits for the end of the program, or for its line `listening on`, which it must not write.
    pub fn finishes_without_listening(&mut self) -> Outcome<Finished> {
        self.trace.step(format!("wait until {} ends; it must not listen", self.name));
        const EXPECTED: &str = "the end of the program";
        let (child, output) = (&mut self.child, &self.output);
        self.trace.until(&EXPECTED, || {
            let line = output.lock().out.split(|&byte| byte == b'\n').next()?.to_vec();
            match child.try_wait() {
                Ok(Some(_)) => Some(Ok(())),
                _ if line.starts_with(b"listening on ") => Some(Err(Broken::new(
                    EXPECTED,
                    format!("it runs, and says {:?}", String::from_utf8_lossy(&line)),
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
        self.trace.found(&self.output, |program| program.over = true);
        // The threads that collect the output may be a moment behind.
        self.output.wait_for_end(Duration::from_secs(5));
        let text = self.output.lock();
        Ok(std::process::Output { status, stdout: text.out.clone(), stderr: text.err.clone() })
    }

    /// Waits for the end of the program, for demands on its exit code and on all that it wrote.
    pub fn finishes(&mut self) -> Outcome<Finished> {
        Ok(Finished { assert: Assert::new(self.ends()?), trace: self.trace.clone() })
    }

    /// Demands that the program has not ended.
    pub fn still_runs(&mut self) -> Outcome {
        self.trace.step(format!("{} still runs", self.name));
        match self.child.try_wait() {
            Ok(Some(status)) => Err(Broken::new("a running program", ended(status))),
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
        self.trace.step(format!("suspend {}", self.name));
        #[cfg(unix)]
        return signal(&self.child, rustix::process::Signal::STOP);
        #[cfg(not(unix))]
        Err(Broken::new("a suspended process", "not available on this system"))
    }

    /// Lets a suspended process go on, as `fg` does.
    pub fn resume(&mut self) -> Outcome {
        self.trace.step(format!("resume {}", self.name));
        #[cfg(unix)]
        return signal(&self.child, rustix::process::Signal::CONT);
        #[cfg(not(unix))]
        Err(Broken::new("a suspended process", "not available on this system"))
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
        String::from_utf8_lossy(&self.output.lock().out).into_owned()
    }

    /// All that the program has written to standard error so far.
    pub fn stderr(&self) -> String {
        String::from_utf8_lossy(&self.output.lock().err).into_owned()
    }

    /// What the program takes of the machine at this moment. (Linux)
    pub fn usage(&self) -> Outcome<Usage> {
        Usage::of(self.child.id())
            .ok_or_else(|| Broken::new("the kernel's view of the program", "not available here"))
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
        let status = self.ends_within(Duration::from_secs(1));
        status.map_or("it closed its output and runs on".into(), ended)
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
        kill_group(self.child.id());
        let _ = self.child.kill();
        lock_groups().remove(&self.child.id());
        let _ = self.child.wait();
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        if let Ok(Some(status)) = self.child.try_wait() {
            self.trace.found(&self.output, |program| program.status = Some(status));
        }
        self.end();
        // What it wrote last belongs into the report.
        self.output.wait_for_end(Duration::from_secs(1));
    }
}

/// A group of its own, so that it can be killed with all that it starts.
fn own_process_group(command: &mut Command) {
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(command, 0);
    #[cfg(not(unix))]
    let _ = command;
}

/// The groups of all programs that have not ended.
static GROUPS: Mutex<BTreeSet<u32>> = Mutex::new(BTreeSet::new());

fn lock_groups() -> MutexGuard<'static, BTreeSet<u32>> {
    GROUPS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A program under test may have started others.
fn kill_group(group: u32) {
    #[cfg(unix)]
    if let Some(group) = rustix::process::Pid::from_raw(group as i32) {
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
    #[cfg(not(unix))]
    let _ = group;
}

/// Ends all programs of all runs. No other is started afterwards: this process is about to end.
pub(crate) fn end_all() {
    let groups = std::mem::ManuallyDrop::new(lock_groups());
    groups.iter().for_each(|group| kill_group(*group));
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
        None => format!("it was ended: {status}"),
    }
}

fn contains(text: &[u8], words: &[u8]) -> bool {
    words.is_empty() || text.windows(words.len()).any(|window| window == words)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stream {
    Out,
    Err,
}

impl Display for Stream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if *self == Stream::Out { "stdout" } else { "stderr" })
    }
}

/// What a program has written, collected by one thread for each stream.
#[derive(Default)]
pub(crate) struct Output {
    text: Mutex<Text>,
    changed: Condvar,
}

#[derive(Default)]
struct Text {
    out: Vec<u8>,
    err: Vec<u8>,
    /// How many of the two streams have ended.
    ended: u8,
    /// What a report shows of each; what comes later is an answer to the end of the check.
    reported: Option<(usize, usize)>,
}

/// More than this of one stream is thrown away: a program may write for ever.
const KEPT: usize = 8 << 20;

impl Text {
    fn of(&self, stream: Stream) -> &Vec<u8> {
        if stream == Stream::Out { &self.out } else { &self.err }
    }

    fn of_mut(&mut self, stream: Stream) -> &mut Vec<u8> {
        if stream == Stream::Out { &mut self.out } else { &mut self.err }
    }

    fn ended(&self) -> bool {
        self.ended == 2
    }

    fn reported(&self, stream: Stream) -> &[u8] {
        let (out, err) = self.reported.unwrap_or((self.out.len(), self.err.len()));
        &self.of(stream)[..if stream == Stream::Out { out } else { err }]
    }
}

impl Output {
    fn lock(&self) -> MutexGuard<'_, Text> {
        self.text.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn collect(self: &Arc<Self>, stream: Stream, mut source: impl Read + Send + 'static) {
        let output = Arc::clone(self);
        thread::spawn(move || {
            let mut buffer = vec![0; 64 << 10];
            while let Ok(count @ 1..) = source.read(&mut buffer) {
                let mut text = output.lock();
                let room = KEPT.saturating_sub(text.of(stream).len());
                text.of_mut(stream).extend_from_slice(&buffer[..count.min(room)]);
                output.changed.notify_all();
            }
            output.lock().ended += 1;
            output.changed.notify_all();
        });
    }

    /// Waits until `look` finds something. `None`: both streams ended without it.
    fn wait<T>(
        &self,
        trace: &Trace,
        expected: &dyn Display,
        mut look: impl FnMut(&Text) -> Option<T>,
    ) -> Outcome<Option<T>> {
        let mut text = self.lock();
        loop {
            match look(&text) {
                Some(found) => return Ok(Some(found)),
                None if text.ended() => return Ok(None),
                None => {
                    let left = trace.left();
                    if left.is_zero() {
                        // The report wants to read what we hold.
                        drop(text);
                        trace.time_left(expected)?;
                        return Ok(None);
                    }
                    let waited = self.changed.wait_timeout(text, left);
                    text = waited.unwrap_or_else(PoisonError::into_inner).0;
                }
            }
        }
    }

    fn wait_for_end(&self, limit: Duration) {
        let waiting = self.changed.wait_timeout_while(self.lock(), limit, |text| !text.ended());
        drop(waiting.unwrap_or_else(PoisonError::into_inner));
    }

    /// What is written from now on is not part of a report.
    pub(crate) fn is_reported_until_now(&self) {
        let mut text = self.lock();
        text.reported = Some((text.out.len(), text.err.len()));
    }

    /// Whether the program has written nothing at all.
    pub(crate) fn is_empty(&self) -> bool {
        let text = self.lock();
        [Stream::Out, Stream::Err].iter().all(|stream| text.reported(*stream).is_empty())
    }

    /// All that it has written to standard error.
    pub(crate) fn errors(&self) -> String {
        String::from_utf8_lossy(self.lock().reported(Stream::Err)).into_owned()
    }

    /// The lines for a report, cut where they are very many or very long.
    pub(crate) fn text(&self) -> Vec<String> {
        /// How many lines a report shows from each end.
        const SHOWN: usize = 12;
        let text = self.lock();
        let lines = |stream| {
            let label = format!("{stream} | ");
            let all = String::from_utf8_lossy(text.reported(stream)).into_owned();
            let short = |line: &str| match line.char_indices().nth(200) {
                Some((end, _)) => format!("{label}{} … ({} bytes)", &line[..end], line.len()),
                None => format!("{label}{line}"),
            };
            let mut shown: Vec<String> = all.lines().map(short).collect();
            // In the middle: a program says at its end what went wrong.
            if let Some(more @ 1..) = shown.len().checked_sub(2 * SHOWN) {
                shown.splice(SHOWN..SHOWN + more, [format!("{label}… and {more} lines more …")]);
            }
            shown
        };
        [lines(Stream::Out), lines(Stream::Err)].concat()
    }
}
