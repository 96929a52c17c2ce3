//! The way from a suite to the program that has started it.

use std::io::{self, BufRead, Write};
use std::sync::{Mutex, PoisonError};

use serde_json::Value;

/// The way of the record, or of the live record, to the program that reads it.
///
/// That program is at the other end of this suite's stdin, which is a socket on Unix. It first sends a key,
/// and gets the lines with the key before each. A program that is graded knows this
/// suite's environment, its command line and its descriptors (proc(5)), but the key is in none of them, and
/// the kernel opens no socket a second time: `/proc/PID/fd/0` cannot be opened (ENXIO). To take it over would
/// need the right to trace this process, which [`keep_private`](super::keep_private) denies to all
/// but root. Elsewhere than on Unix the record is on stdout.
pub(crate) struct Channel {
    key: String,
    #[cfg(unix)]
    to: std::fs::File,
}

impl Channel {
    /// The channel: before the first graded program starts.
    pub fn open() -> io::Result<Channel> {
        let mut key = String::new();
        io::stdin().lock().read_line(&mut key)?;
        if key.trim().is_empty() {
            return Err(io::Error::other("no key on stdin"));
        }
        Ok(Channel {
            key: key.trim().into(),
            #[cfg(unix)]
            to: std::os::fd::AsFd::as_fd(&io::stdin()).try_clone_to_owned()?.into(),
        })
    }

    /// Writes these lines.
    pub fn write(&mut self, lines: &[Value]) -> io::Result<()> {
        let key = &self.key;
        // Elsewhere than on Unix, the harness may be in the middle of a line.
        let start = if cfg!(unix) { "" } else { "\n" };
        let lines: String = lines.iter().map(|line| format!("{start}{key} {line}\n")).collect();
        #[cfg(unix)]
        let to = &mut self.to;
        #[cfg(not(unix))]
        let to = &mut io::stdout();
        to.write_all(lines.as_bytes())
    }
}

/// Where a suite tells what happens while it lasts.
static LIVE: Mutex<Option<Channel>> = Mutex::new(None);

/// From now on, [`tell`] writes to this channel.
pub(crate) fn tell_on(channel: Channel) {
    *LIVE.lock().unwrap_or_else(PoisonError::into_inner) = Some(channel);
}

/// Tells a line of the live record, if there is one.
pub(crate) fn tell(line: &Value) {
    let mut channel = LIVE.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(channel) = channel.as_mut() {
        // It fails when its reader is gone, and then the suite is about to end.
        let _ = channel.write(std::slice::from_ref(line));
    }
}
