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

/// What one of these unit tests prints where a variable has this value: it is read from the environment.
#[cfg(test)]
pub(crate) fn said_with(variable: &str, value: &str, test: &str) -> String {
    let mut tests = Command::new(std::env::current_exe().expect("this program"));
    tests.args(["--exact", test, "--nocapture"]).env(variable, value);
    let tests = spawn(tests.stdout(std::process::Stdio::piped())).expect("it starts");
    let said = tests.wait_with_output().expect("it ends").stdout;
    String::from_utf8(said).expect("text")
}
