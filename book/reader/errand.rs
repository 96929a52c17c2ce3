//! A child process that never outlives its purpose.

use std::io::{self, BufRead, BufReader, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// What a child's run tells the thread that waits for it.
pub enum Note {
    Out(String),
    Err(String),
    /// One of its two outputs has ended.
    End,
    /// The run is not wanted any more.
    Stop,
}

/// A longer line is told in pieces, so that nobody fills our memory.
const LINE: u64 = 256 * 1024;

/// Says that a run is not wanted any more, before its first child or during any of them.
#[derive(Default)]
pub struct Stop {
    stopped: AtomicBool,
    child: Mutex<Option<Sender<Note>>>,
}

impl Stop {
    pub fn stop(&self) {
        self.stopped.store(true, Ordering::SeqCst);
        if let Some(child) = &*self.child.lock().unwrap_or_else(PoisonError::into_inner) {
            let _ = child.send(Note::Stop);
        }
    }

    fn follow(&self, child: Option<Sender<Note>>) {
        *self.child.lock().unwrap_or_else(PoisonError::into_inner) = child;
    }
}

/// Runs a command to its end, in a process group of its own, and tells each line that it writes.
///
/// Its stdin is open as long as it is wanted, and ends with this program, however that ends. `None` when
/// it was stopped: it had the time `to_end` to end by itself, then it and its group were killed.
///
/// # Errors
///
/// It cannot be started.
pub fn run(
    command: &mut Command,
    stop: &Stop,
    to_end: Duration,
    mut tell: impl FnMut(Note),
) -> io::Result<Option<ExitStatus>> {
    let (sender, notes) = mpsc::channel();
    stop.follow(Some(sender.clone()));
    if stop.stopped.load(Ordering::SeqCst) {
        return Ok(None);
    }
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(command, 0);
    let mut child = command.spawn()?;
    let (out, err) = (child.stdout.take(), child.stderr.take());
    listen(out, &sender, Note::Out);
    listen(err, &sender, Note::Err);

    let mut open = 2;
    let mut until: Option<Instant> = None;
    while open > 0 {
        let note = match until {
            None => notes.recv().map_err(|_| RecvTimeoutError::Disconnected),
            Some(until) => notes.recv_timeout(until.saturating_duration_since(Instant::now())),
        };
        match note {
            Ok(Note::End) => open -= 1,
            Ok(Note::Stop) if until.is_none() => {
                drop(child.stdin.take());
                until = Some(Instant::now() + to_end);
            }
            Ok(Note::Stop) => {}
            Ok(note) if until.is_none() => tell(note),
            Ok(_) => {}
            Err(_) => break,
        }
    }
    // Before it is waited for: afterwards its number may be another's.
    kill(&mut child);
    let status = child.wait()?;
    stop.follow(None);
    Ok(until.is_none().then_some(status))
}

fn kill(child: &mut Child) {
    #[cfg(unix)]
    if let Some(group) = rustix::process::Pid::from_raw(child.id() as i32) {
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
    let _ = child.kill();
}

fn listen(
    output: Option<impl Read + Send + 'static>,
    sender: &Sender<Note>,
    note: fn(String) -> Note,
) {
    let Some(output) = output else { return };
    let (mut output, sender) = (BufReader::new(output), sender.clone());
    thread::spawn(move || {
        let mut line = Vec::new();
        while (&mut output).take(LINE).read_until(b'\n', &mut line).is_ok_and(|count| count > 0) {
            let text = String::from_utf8_lossy(&line).trim_end_matches(['\r', '\n']).to_owned();
            line.clear();
            if sender.send(note(text)).is_err() {
                return;
            }
        }
        let _ = sender.send(Note::End);
    });
}
