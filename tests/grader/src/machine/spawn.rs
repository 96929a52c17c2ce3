use std::io;
use std::net::SocketAddr;
use std::process::{Child, Command};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::deadline::Deadline;
use super::sockets::{State, socket_between};

/// Between fork and exec a new process holds a copy of every socket that this one has open, of other
/// tests' as well (fork(2)). A socket that is closed in that moment stays open a little longer. So
/// processes are started under this lock, and [`close`] waits for it. On Windows, std lets no process inherit
/// a socket.
static STARTING: Mutex<()> = Mutex::new(());

fn while_none_starts() -> Option<MutexGuard<'static, ()>> {
    cfg!(unix).then(|| STARTING.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Starts a process.
pub(crate) fn spawn(command: &mut Command) -> io::Result<Child> {
    let _starting = while_none_starts();
    command.spawn()
}

/// Closes a socket: when this returns, no process that is just being started has it open.
///
/// Nearly none: the kernel lets `spawn` return a moment before it closes the new process's copies. On a
/// busy machine that can be long; where nothing else waits for the end of the connection, see
/// `close_for_good`.
pub fn close<T>(socket: T) {
    let _starting = while_none_starts();
    drop(socket);
}

/// Closes a socket right after something short is done with it.
pub(crate) fn close_after<T, R>(socket: T, act: impl FnOnce(&T) -> R) -> R {
    let _starting = while_none_starts();
    let done = act(&socket);
    drop(socket);
    done
}

/// Closes a listener, or a connection that is to be reset, and waits until the kernel has let go of it:
/// at most TIME_WAIT is left, where both sides had ended before the reset. (Linux; elsewhere it does not
/// wait) When the deadline passes, the next step says so.
pub(crate) fn close_for_good<T>(
    socket: T,
    local: SocketAddr,
    peer: SocketAddr,
    deadline: Deadline,
) {
    close(socket);
    deadline.until(|| {
        let left = socket_between(local, peer);
        left.is_none_or(|socket| socket.state == State::TimeWait).then_some(())
    });
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

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::net::{Ipv4Addr, SocketAddr, TcpListener};
    use std::time::Duration;

    use super::{Deadline, close_for_good};

    /// A process that is being started may hold a copy of the socket.
    #[test]
    fn a_listener_is_closed_when_no_process_has_it_open() {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let (address, copy) = (listener.local_addr().unwrap(), listener.try_clone().unwrap());
        let held = std::thread::spawn(|| {
            std::thread::sleep(Duration::from_millis(100));
            drop(copy);
        });
        let no_peer = SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0));
        close_for_good(listener, address, no_peer, Deadline::after(super::super::must_pass()));
        TcpListener::bind(address).expect("no process listens there");
        held.join().unwrap();
    }
}
