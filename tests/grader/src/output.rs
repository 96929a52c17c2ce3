use std::fmt::Display;
use std::io::Read;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use crate::check::Outcome;
use crate::trace::Trace;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stream {
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
pub(crate) struct Text {
    out: Written,
    err: Written,
    /// How many of the two streams have ended.
    ended: u8,
    /// Why the grader ended the program, where it did.
    cut_off: Option<String>,
}

/// What has come on one stream: all of it, or its start and its end.
#[derive(Default)]
struct Written {
    start: Vec<u8>,
    /// The last bytes of those that found no room in the start.
    end: Vec<u8>,
    total: u64,
    /// How much had come when the check was broken; what comes later is an answer to its end.
    reported: Option<u64>,
}

/// How much of a stream is kept for a check to look at.
const KEPT: usize = 8 << 20;

/// How much of a stream's end is kept after that, for the report.
const KEPT_OF_END: usize = 16 << 10;

impl Written {
    fn add(&mut self, bytes: &[u8]) {
        self.total += bytes.len() as u64;
        let room = KEPT - self.start.len();
        let (first, more) = bytes.split_at(bytes.len().min(room));
        self.start.extend_from_slice(first);
        self.end.extend_from_slice(&more[more.len().saturating_sub(KEPT_OF_END)..]);
        self.end.drain(..self.end.len().saturating_sub(KEPT_OF_END));
    }

    /// How much of it a report may show. Of very much, all.
    fn reported(&self) -> u64 {
        self.reported.filter(|_| self.end.is_empty()).unwrap_or(self.total)
    }

    /// The start of what a report may show.
    fn reported_start(&self) -> &[u8] {
        &self.start[..self.start.len().min(self.reported() as usize)]
    }
}

impl Text {
    /// What has come on this stream. Of very much only the start.
    pub fn of(&self, stream: Stream) -> &[u8] {
        &self.written(stream).start
    }

    fn written(&self, stream: Stream) -> &Written {
        if stream == Stream::Out { &self.out } else { &self.err }
    }

    fn written_mut(&mut self, stream: Stream) -> &mut Written {
        if stream == Stream::Out { &mut self.out } else { &mut self.err }
    }

    /// Whether no more will come.
    pub fn ended(&self) -> bool {
        self.ended == 2 || self.cut_off.is_some()
    }
}

impl Output {
    pub fn lock(&self) -> MutexGuard<'_, Text> {
        self.text.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Collects what comes. A program that writes more than `most` bytes is cut off, and its next write
    /// fails.
    pub fn collect(
        self: &Arc<Self>,
        stream: Stream,
        mut source: impl Read + Send + 'static,
        most: u64,
    ) {
        let output = Arc::clone(self);
        thread::spawn(move || {
            let mut buffer = vec![0; 64 << 10];
            while let Ok(count @ 1..) = source.read(&mut buffer) {
                let mut text = output.lock();
                let written = text.written_mut(stream);
                written.add(&buffer[..count]);
                let total = written.total;
                drop(text);
                output.changed.notify_all();
                if total > most {
                    output.cut_off(format!("it wrote more than {} MiB to {stream}", most >> 20));
                    break;
                }
            }
            output.lock().ended += 1;
            output.changed.notify_all();
        });
    }

    /// Notes why the grader is about to end the program. The first reason counts.
    pub fn cut_off(&self, reason: String) {
        self.lock().cut_off.get_or_insert(reason);
        self.changed.notify_all();
    }

    /// Why the grader ended the program; `None` where it did not.
    pub fn why_cut_off(&self) -> Option<String> {
        self.lock().cut_off.clone()
    }

    /// Waits until `look` finds something. `None`: both streams ended without it.
    pub fn wait<T>(
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

    /// Whether both streams have ended within this time.
    pub fn ends_within(&self, limit: Duration) -> bool {
        let both = |text: &mut Text| text.ended < 2;
        let waited = self.changed.wait_timeout_while(self.lock(), limit, both);
        waited.unwrap_or_else(PoisonError::into_inner).0.ended == 2
    }

    /// What is written from now on is not part of a report.
    pub fn is_reported_until_now(&self) {
        let mut text = self.lock();
        text.out.reported = Some(text.out.total);
        text.err.reported = Some(text.err.total);
    }

    /// Whether the program has written nothing at all.
    pub fn is_empty(&self) -> bool {
        let text = self.lock();
        text.out.reported() == 0 && text.err.reported() == 0
    }

    /// All that it has written to standard error.
    pub fn errors(&self) -> String {
        String::from_utf8_lossy(self.lock().err.reported_start()).into_owned()
    }

    /// The lines for a report, cut where they are very many or very long.
    pub(crate) fn text(&self) -> Vec<String> {
        let text = self.lock();
        let mut lines = lines(Stream::Out, &text.out);
        lines.extend(self::lines(Stream::Err, &text.err));
        lines.extend(text.cut_off.iter().map(|reason| format!("grader | it was ended: {reason}")));
        lines
    }
}

/// How many lines a report shows from each end of a stream.
const LINES: usize = 12;

/// How many characters of a line it shows.
const CHARACTERS: usize = 200;

/// The lines of more than this are not counted.
const MUCH: u64 = 256 << 10;

fn lines(stream: Stream, written: &Written) -> Vec<String> {
    let shown = if written.reported() > MUCH { ends(written) } else { all_but_the_middle(written) };
    shown.into_iter().map(|line| format!("{stream} | {line}")).collect()
}

fn all_but_the_middle(written: &Written) -> Vec<String> {
    let short = |line: &str| match line.char_indices().nth(CHARACTERS) {
        Some((end, _)) => format!("{} … ({} bytes)", &line[..end], line.len()),
        None => line.into(),
    };
    let all = String::from_utf8_lossy(written.reported_start());
    let mut shown: Vec<String> = all.lines().map(short).collect();
    // In the middle: a program says at its end what went wrong.
    if let Some(more @ 1..) = shown.len().checked_sub(2 * LINES) {
        shown.splice(LINES..LINES + more, [format!("… and {more} lines more …")]);
    }
    shown
}

fn ends(written: &Written) -> Vec<String> {
    let (start, total) = (written.reported_start(), written.reported());
    let end = if written.end.len() < KEPT_OF_END { start } else { &written.end };
    let first = String::from_utf8_lossy(&start[..KEPT_OF_END]);
    let last = String::from_utf8_lossy(&end[end.len() - KEPT_OF_END..]);
    let first = first.lines().take(LINES).map(|line| match line.char_indices().nth(CHARACTERS) {
        Some((end, _)) => format!("{} …", &line[..end]),
        None => line.into(),
    });
    let mut last: Vec<String> = last
        .lines()
        .rev()
        .take(LINES)
        .map(|line| match line.char_indices().rev().nth(CHARACTERS - 1) {
            Some((start @ 1.., _)) => format!("… {}", &line[start..]),
            _ => line.into(),
        })
        .collect();
    last.reverse();
    let all = format!("… {:.1} MiB in all …", total as f64 / f64::from(1 << 20));
    first.chain([all]).chain(last).collect()
}
