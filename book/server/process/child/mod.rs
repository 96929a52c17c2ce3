//! Child processes that do not outlive this one: each is the first of a family, which is killed as a whole.

#[cfg(unix)]
mod group;
#[cfg(windows)]
mod job;

#[cfg(unix)]
use group::Family;
#[cfg(windows)]
use job::Family;

use std::io;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use futures_util::future::join;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{ChildStderr, ChildStdin, ChildStdout, Command};
use tokio::sync::watch;
use tokio::time::timeout;

/// How long a child may take to end by itself after Ctrl-C. Lesson 4 needs up to 1.5 seconds.
const PATIENCE: Duration = Duration::from_secs(2);

/// `true` from the moment on in which everything is to end.
pub type Stop = watch::Receiver<bool>;

pub type Pipes = (ChildStdin, ChildStdout, ChildStderr);

/// A child with all that it starts. Dropping it kills them.
pub struct Child {
    process: tokio::process::Child,
    /// `None` when it has ended and nothing of its family is left to kill.
    family: Option<Family>,
}

impl Child {
    /// Starts a program with all of its standard streams as pipes.
    ///
    /// # Errors
    ///
    /// The system cannot start it.
    pub fn start(command: &mut Command) -> io::Result<Child> {
        Child::start_with(command, Stdio::piped())
    }

    /// The same with this standard input.
    ///
    /// # Errors
    ///
    /// The system cannot start it.
    pub fn start_with(command: &mut Command, stdin: Stdio) -> io::Result<Child> {
        Family::is_begun_by(command);
        command.stdin(stdin).stdout(Stdio::piped()).stderr(Stdio::piped());
        let process = command.kill_on_drop(true).spawn()?;
        let family = Family::of(&process)?;
        Ok(Child { process, family })
    }

    /// Its process id, until it has been waited for.
    pub fn id(&self) -> Option<u32> {
        self.process.id()
    }

    /// Takes its standard streams, which it has once.
    ///
    /// # Errors
    ///
    /// They have been taken.
    pub fn pipes(&mut self) -> io::Result<Pipes> {
        let process = &mut self.process;
        match (process.stdin.take(), process.stdout.take(), process.stderr.take()) {
            (Some(stdin), Some(stdout), Some(stderr)) => Ok((stdin, stdout, stderr)),
            _ => Err(io::ErrorKind::NotConnected.into()),
        }
    }

    /// Takes its standard output and standard error, which it has once.
    ///
    /// # Errors
    ///
    /// They have been taken.
    pub fn outputs(&mut self) -> io::Result<(ChildStdout, ChildStderr)> {
        let process = &mut self.process;
        match (process.stdout.take(), process.stderr.take()) {
            (Some(stdout), Some(stderr)) => Ok((stdout, stderr)),
            _ => Err(io::ErrorKind::NotConnected.into()),
        }
    }

    /// Waits for its end. An order to stop reaches it as Ctrl-C would; if that does not end it, it is
    /// killed.
    ///
    /// # Errors
    ///
    /// The system does not tell how it ended.
    pub async fn end(&mut self, stop: &mut Stop) -> io::Result<ExitStatus> {
        let status = tokio::select! {
            status = self.process.wait() => Some(status),
            _ = stop.wait_for(|stop| *stop) => None,
        };
        let status = match status {
            Some(status) => status,
            None => {
                if let Some(family) = &self.family {
                    family.interrupt();
                }
                match timeout(PATIENCE, self.process.wait()).await {
                    Ok(status) => status,
                    Err(_) => {
                        self.kill();
                        self.process.wait().await
                    }
                }
            }
        };
        // The first is gone; what it has started must not stay.
        self.kill();
        status
    }

    fn kill(&mut self) {
        if let Some(family) = self.family.take() {
            family.kill();
            // It fails when it has ended already.
            let _ = self.process.start_kill();
        }
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Runs a program to its end, or until it is stopped, and passes on each line that it writes. Its standard
/// input stays open as long as it is wanted, and ends with this program, however that ends.
///
/// # Errors
///
/// The system cannot start it, or does not tell how it ended.
pub async fn run(
    command: &mut Command,
    stop: &mut Stop,
    longest: usize,
    out: impl FnMut(&str),
    err: impl FnMut(&str),
) -> io::Result<ExitStatus> {
    let mut child = Child::start(command)?;
    let (_stdin, stdout, stderr) = child.pipes()?;
    let outputs = join(lines(stdout, longest, out), lines(stderr, longest, err));
    join(child.end(stop), outputs).await.0
}

/// Reads a child's output to its end, line by line, and a line that is longer than `longest` in parts.
/// Bytes that are no UTF-8 become `�`.
pub async fn lines(mut pipe: impl AsyncRead + Unpin, longest: usize, mut each: impl FnMut(&str)) {
    let mut line = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        let count = match pipe.read(&mut chunk).await {
            Ok(0) | Err(_) => break,
            Ok(count) => count,
        };
        let mut rest = &chunk[..count];
        while let Some(end) = rest.iter().position(|&byte| byte == b'\n') {
            line.extend_from_slice(&rest[..end]);
            each(&String::from_utf8_lossy(&line));
            line.clear();
            rest = &rest[end + 1..];
        }
        line.extend_from_slice(rest);
        if line.len() >= longest {
            each(&String::from_utf8_lossy(&line));
            line.clear();
        }
    }
    if !line.is_empty() {
        each(&String::from_utf8_lossy(&line));
    }
}
