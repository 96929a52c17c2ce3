//! The way of a suite's live record: a socket, the suite's standard input, which no program that it grades can open a
//! second time; and a key before each line, which is in no environment and on no command line.

use std::convert::Infallible;
use std::future::pending;
use std::io;
use std::pin::pin;
use std::process::ExitStatus;
use std::time::Duration;

use futures_util::future::{join3, maybe_done};
use serde_json::Value;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;
use tokio::time::timeout;

use crate::process::child::{self, Child, Stop};
use crate::process::secret::secret;

/// When the suite has ended, what it told has come.
const AFTERWARDS: Duration = Duration::from_secs(1);

/// Runs a suite to its end, or until it is stopped, and passes on each line of its live record.
///
/// # Errors
///
/// The system cannot start it, or does not tell how it ended.
pub async fn read(
    command: &mut Command,
    stop: &mut Stop,
    longest: usize,
    mut live: impl FnMut(Value),
) -> io::Result<ExitStatus> {
    let key = secret::<32>().map_err(|why| io::Error::other(why.to_string()))?;
    let line = |text: &str| {
        let line = text.strip_prefix(&*key).and_then(|rest| rest.strip_prefix(' '));
        let line = line.and_then(|line| serde_json::from_str::<Value>(line).ok());
        if let Some(line) = line.filter(|line| line["live"].is_string()) {
            live(line);
        }
    };
    #[cfg(unix)]
    {
        use std::os::fd::OwnedFd;
        use std::process::Stdio;

        let (ours, theirs) = tokio::net::UnixStream::pair()?;
        let theirs = theirs.into_std()?;
        theirs.set_nonblocking(false)?;
        let mut child = Child::start_with(command, Stdio::from(OwnedFd::from(theirs)))?;
        // The command holds this end of the socket, and without that the record has an end.
        command.stdin(Stdio::null());
        let (stdout, stderr) = child.outputs()?;
        let (record, mut keyed) = ours.into_split();
        keyed.write_all(format!("{key}\n").as_bytes()).await?;
        // Both streams are for people.
        let [out, err] = [|_: &str| (), |_: &str| ()];
        let (out, err) = (child::lines(stdout, longest, out), child::lines(stderr, longest, err));
        let told = join3(child::lines(record, longest, line), out, err);
        follow(child, stop, told, keyed).await
    }
    #[cfg(not(unix))]
    {
        let mut child = Child::start(command)?;
        let (mut stdin, stdout, stderr) = child.pipes()?;
        stdin.write_all(format!("{key}\n").as_bytes()).await?;
        let err = child::lines(stderr, longest, |_: &str| ());
        let told = join3(child::lines(stdout, longest, line), std::future::ready(()), err);
        follow(child, stop, told, stdin).await
    }
}

/// Waits for the suite's end, and for what it has told by then. `open`: the suite ends when this is closed.
async fn follow(
    mut child: Child,
    stop: &mut Stop,
    told: impl Future,
    open: impl Sized,
) -> io::Result<ExitStatus> {
    let mut told = pin!(maybe_done(told));
    let all_told = async {
        told.as_mut().await;
        pending::<Infallible>().await
    };
    let status = tokio::select! {
        status = child.end(stop) => status,
        never = all_told => match never {},
    };
    let _ = timeout(AFTERWARDS, told).await;
    drop(open);
    status
}
