use std::io;
use std::net::SocketAddr;
use std::process::{Child, Command};
use std::sync::{Mutex, PoisonError};

use crate::kernel::{self, State};
use crate::trace::Trace;

/// Between fork and exec a new process holds a copy of every socket that this one has open, of other
/// tests' too (fork(2)). A socket that is closed in that moment stays open a little longer. So
/// processes are started under this lock, and [`close`] waits for it.
static STARTING: Mutex<()> = Mutex::new(());

/// Starts a process.
pub(crate) fn spawn(command: &mut Command) -> io::Result<Child> {
    let _starting = STARTING.lock().unwrap_or_else(PoisonError::into_inner);
    command.spawn()
}

/// Closes a socket: when this returns, no process that is just being started has it open.
///
/// Nearly none: the kernel lets [`spawn`] return a moment before it closes the new process's copies. On a
/// busy machine that can be long; where nothing else waits for the end of the connection, see [`close_for_good`].
pub fn close<T>(socket: T) {
    let _starting = STARTING.lock().unwrap_or_else(PoisonError::into_inner);
    drop(socket);
}

/// Closes a listener, or a connection that is to be reset, and waits until the kernel has let go of it, too:
/// at most TIME_WAIT is left, where both sides had ended before the reset. (Linux; elsewhere it does not
/// wait) When the time is up, the next step says so.
pub(crate) fn close_for_good<T>(socket: T, local: SocketAddr, peer: SocketAddr, trace: &Trace) {
    close(socket);
    let gone = || {
        let left = kernel::socket_between(local, peer);
        left.is_none_or(|socket| socket.state == State::TimeWait).then_some(())
    };
    let _ = trace.until(&"a socket that is gone", gone);
}

/// Somebody else has the socket open for a moment, as a process has that is being started.
#[cfg(all(test, target_os = "linux"))]
pub(crate) fn held_for_a_moment(socket: &impl std::os::fd::AsFd) -> std::thread::JoinHandle<()> {
    let copy = socket.as_fd().try_clone_to_owned().expect("a copy");
    std::thread::spawn(|| {
        std::thread::sleep(std::time::Duration::from_millis(100));
        drop(copy);
    })
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
