use std::io;
use std::process::{Child, Command};
use std::sync::{Mutex, PoisonError};

/// Between fork and exec a new process holds a copy of every socket that this one has open, of other
/// tests' too (fork(2)). A socket that is closed in that moment stays open a little longer. So
/// processes are started under this lock, and [`close`] waits for it.
static STARTING: Mutex<()> = Mutex::new(());

/// Starts a process.
pub(crate) fn spawn(command: &mut Command) -> io::Result<Child> {
    let _starting = STARTING.lock().unwrap_or_else(PoisonError::into_inner);
    // It returns when the new process has begun its own program, and so has closed its copies.
    command.spawn()
}

/// Closes a socket for good: when this returns, no process that is just being started has it open.
pub fn close<T>(socket: T) {
    let _starting = STARTING.lock().unwrap_or_else(PoisonError::into_inner);
    drop(socket);
}
