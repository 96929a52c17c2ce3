use std::fmt::Display;
use std::io::Read;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use crate::machine::{CutOff, Deadline};
use crate::words::{self, report};

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

/// What has become of waiting for words.
pub(crate) enum Waited<T> {
    Found(T),
    /// Both streams have ended without them.
    Ended,
    TimeUp,
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

/// How much of a stream is kept for a check to look at: more than the longest reply of exercise 1.
const KEPT: usize = 17 << 20;

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

impl CutOff for Output {
    /// The first reason counts.
    fn cut_off(&self, reason: String) {
        self.lock().cut_off.get_or_insert(reason);
        self.changed.notify_all();
    }

    fn is_cut_off(&self) -> bool {
        self.lock().cut_off.is_some()
    }
}

impl Output {
    pub fn lock(&self) -> MutexGuard<'_, Text> {
        self.text.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Collects what comes, until its end, or to its first line. Past `most` bytes the program is cut off. When no
    /// more is collected, its next write fails.
    pub fn collect(
        self: &Arc<Self>,
        stream: Stream,
        mut source: impl Read + Send + 'static,
        most: u64,
        only_a_line: bool,
    ) {
        let (output, language) = (Arc::clone(self), words::language());
        thread::spawn(move || {
            let mut buffer = vec![0; 64 << 10];
            while let Ok(count @ 1..) = source.read(&mut buffer) {
                let is_over = only_a_line && buffer[..count].contains(&b'\n');
                let mut text = output.lock();
                let written = text.written_mut(stream);
                // On Windows, what writes text ends its lines in another way.
                match cfg!(windows) {
                    true => written.add(&without_returns(&buffer[..count])),
                    false => written.add(&buffer[..count]),
                }
                let total = written.total;
                drop(text);
                output.changed.notify_all();
                if total > most {
                    let why = || words::machine::too_much_output(most >> 20, &stream.to_string());
                    output.cut_off(words::speaking(language, why));
                    break;
                }
                if is_over {
                    break;
                }
            }
            drop(source);
            output.lock().ended += 1;
            output.changed.notify_all();
        });
    }

    /// Why the grader ended the program; `None` where it did not.
    pub fn why_cut_off(&self) -> Option<String> {
        self.lock().cut_off.clone()
    }

    /// Waits until `look` finds something.
    pub fn wait<T>(
        &self,
        deadline: Deadline,
        mut look: impl FnMut(&Text) -> Option<T>,
    ) -> Waited<T> {
        let mut text = self.lock();
        loop {
            match look(&text) {
                Some(found) => return Waited::Found(found),
                None if text.ended() => return Waited::Ended,
                None if deadline.left().is_zero() => return Waited::TimeUp,
                None => {
                    let waited = self.changed.wait_timeout(text, deadline.left());
                    text = waited.unwrap_or_else(PoisonError::into_inner).0;
                }
            }
        }
    }

    /// Waits until one of the streams has ended.
    pub fn one_ends(&self, deadline: Deadline) -> bool {
        matches!(self.wait(deadline, |text| (text.ended > 0).then_some(())), Waited::Found(()))
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
        lines.extend(text.cut_off.iter().map(|reason| report::was_ended(reason)));
        lines
    }
}

/// How many lines a report shows from each end of a stream.
const LINES: usize = 12;

/// How many characters of a line it shows.
const CHARACTERS: usize = 200;

/// The lines of more than this are not counted.
const MUCH: u64 = 256 << 10;

/// What it wrote on one stream, without the middle: a program says at its end what went wrong.
fn lines(stream: Stream, written: &Written) -> Vec<String> {
    let (start, total) = (written.reported_start(), written.reported());
    let mut shown = if total <= MUCH {
        let all = String::from_utf8_lossy(start);
        let mut lines: Vec<String> = all.lines().map(cut).collect();
        if let Some(more @ 1..) = lines.len().checked_sub(2 * LINES) {
            lines.splice(LINES..LINES + more, [report::more_lines(more)]);
        }
        lines
    } else {
        let end = [&start[start.len() - KEPT_OF_END..], &written.end].concat();
        let first = String::from_utf8_lossy(&start[..KEPT_OF_END]);
        let last = String::from_utf8_lossy(&end[end.len() - KEPT_OF_END..]);
        let mut lines: Vec<String> = last.lines().rev().take(LINES).map(cut_at_start).collect();
        lines.push(report::mib_in_all(total));
        lines.extend(
            first.lines().take(LINES).map(cut_at_end).collect::<Vec<_>>().into_iter().rev(),
        );
        lines.reverse();
        lines
    };
    shown.iter_mut().for_each(|line| *line = format!("{stream} | {}", words::shown(line)));
    shown
}

/// A line that is not too long for a report.
pub(crate) fn cut(line: &str) -> String {
    match line.char_indices().nth(CHARACTERS) {
        Some((end, _)) => report::cut_line(&line[..end], line.len()),
        None => line.into(),
    }
}

/// The same for a line whose end may not have been kept.
fn cut_at_end(line: &str) -> String {
    match line.char_indices().nth(CHARACTERS) {
        Some((end, _)) => format!("{} …", &line[..end]),
        None => line.into(),
    }
}

/// The same for a line whose start may not have been kept.
fn cut_at_start(line: &str) -> String {
    match line.char_indices().rev().nth(CHARACTERS - 1) {
        Some((start @ 1.., _)) => format!("… {}", &line[start..]),
        _ => line.into(),
    }
}

/// The text with `\n` alone at the ends of its lines.
fn without_returns(text: &[u8]) -> Vec<u8> {
    let is_kept = |at: &usize| text[*at] != b'\r' || text.get(at + 1) != Some(&b'\n');
    (0..text.len()).filter(is_kept).map(|at| text[at]).collect()
}

#[cfg(test)]
fn written(out: impl AsRef<[u8]>, err: impl AsRef<[u8]>) -> Arc<Output> {
    let output = Arc::new(Output::default());
    for (stream, bytes) in [(Stream::Out, out.as_ref()), (Stream::Err, err.as_ref())] {
        output.collect(stream, std::io::Cursor::new(bytes.to_vec()), u64::MAX, false);
    }
    assert!(output.ends_within(crate::machine::must_pass()));
    output
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_very_much_the_start_and_the_end_are_kept() {
        let mut written = Written::default();
        written.add(&vec![b'a'; KEPT - 1]);
        written.add(b"bc");
        written.add(&[b'd'; KEPT_OF_END - 1]);
        written.add(b"e");
        assert_eq!((written.start.len(), &written.start[KEPT - 2..]), (KEPT, &b"ab"[..]));
        assert_eq!((written.end.len(), written.end[0]), (KEPT_OF_END, b'd'));
        assert_eq!(written.end.last(), Some(&b'e'));
        assert_eq!(written.total, (KEPT + 1 + KEPT_OF_END) as u64);
    }

    #[test]
    fn of_many_lines_the_first_and_the_last_are_shown() {
        let lines = |count: usize| (1..=count).map(|line| format!("{line}\n")).collect::<String>();
        assert_eq!(written(b"", lines(24)).text().len(), 24);
        let cut = written(b"", lines(100)).text();
        assert_eq!(cut[12..=13], ["stderr | … and 76 lines more …", "stderr | 89"]);
        for size in [MUCH as usize + 1, KEPT + KEPT_OF_END] {
            let mut bytes = vec![b'.'; size];
            bytes.splice(..6, *b"first\n");
            bytes.splice(size - 5.., *b"\nlast");
            let text = written(&bytes, b"").text();
            assert_eq!((&*text[0], &**text.last().unwrap()), ("stdout | first", "stdout | last"));
        }
    }

    #[test]
    fn what_comes_after_a_demand_was_broken_is_no_part_of_a_report() {
        let output = written(b"before\n", b"");
        output.is_reported_until_now();
        output.lock().out.add(b"after\n");
        output.lock().err.add(b"an error\n");
        assert_eq!(output.text(), ["stdout | before"]);
        assert_eq!(output.errors(), "");
    }
}
