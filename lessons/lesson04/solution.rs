//! One good answer to exercise 4: a server for many clients, line by line.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, Ipv6Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use common::{
    Arguments, Explain, Failure, Limited, REPLY, cannot_listen, complain, exit, say,
    timed_out, why,
};
use socket2::{Domain, Socket, Type};

/// The longest line, in bytes, without its end. No client may fill the memory.
const MAX_LINE: usize = 64 << 10;

/// How long a thread waits in `read`, or after a failed `accept`, before it checks again.
const POLL: Duration = Duration::from_millis(100);

/// How long replies may be in flight after Ctrl-C.
const GRACE: Duration = Duration::from_millis(1300);

/// Ctrl-C has been pressed.
static STOPPING: AtomicBool = AtomicBool::new(false);

/// How many clients are connected. Never locked while a thread reads or writes.
static CLIENTS: Mutex<usize> = Mutex::new(0);
static CLIENT_LEFT: Condvar = Condvar::new();

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A server for many clients, line by line (exercise 4)")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let listener =
        TcpListener::bind(arguments.address).map_err(cannot_listen(arguments.address))?;
    let address = listener.local_addr().explain("cannot learn the address")?;
    stop_on_ctrl_c(address)?;
    say!("listening on {address}")?;
    accept_clients(&listener);

    // From now on the kernel refuses new clients. Those that are connected get their
    // replies. Threads that aren't done in time end with `main`.
    drop(listener);
    let waiting = CLIENT_LEFT.wait_timeout_while(clients(), GRACE, |count| *count > 0);
    drop(waiting);
    Ok(())
}

fn stop_on_ctrl_c(mut address: SocketAddr) -> Result<(), Failure> {
    let cannot = "cannot prepare for Ctrl-C";
    // 0.0.0.0 and :: mean all addresses of this machine. Loopback is one of them.
    if address.ip().is_unspecified() {
        let (v4, v6) = (Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into());
        address.set_ip(if address.is_ipv4() { v4 } else { v6 });
    }
    // No portable call interrupts `accept`, so the server becomes its own client. It makes
    // a socket now: an `accept` that waits may have taken the last descriptor by then.
    let wake_up =
        Socket::new(Domain::for_address(address), Type::STREAM, None).explain(cannot)?;
    ctrlc::set_handler(move || {
        STOPPING.store(true, Ordering::Relaxed);
        let _ = wake_up.connect(&address.into());
    })
    .map_err(|why| Failure::new(cannot, why))
}

fn accept_clients(listener: &TcpListener) {
    loop {
        let accepted = listener.accept();
        if stopping() {
            return;
        }
        match accepted {
            Ok((connection, address)) => start_thread(connection, address),
            Err(error) => {
                complain(&Failure::new("cannot accept a client", why(&error)));
                // The client stays in the queue, so the next try would fail right away.
                thread::sleep(POLL);
            }
        }
    }
}

fn start_thread(connection: TcpStream, address: SocketAddr) {
    let counted = Counted::new();
    // However the thread ends, it drops the connection, and the count goes down.
    let started = thread::Builder::new().spawn(move || {
        let _counted = counted;
        close(&connection, serve(&connection, address));
    });
    if let Err(error) = started {
        complain(&Failure::new(
            format!("cannot start a thread for {address}"),
            why(&error),
        ));
    }
}

/// Answers every line, until the client finishes sending or the server stops.
fn serve(mut connection: &TcpStream, address: SocketAddr) -> Result<(), Failure> {
    let lost = format!("lost {address}");
    connection.set_read_timeout(Some(POLL)).explain(&lost)?;
    // One reader for the whole conversation: what it reads ahead begins the next line.
    let mut reader = BufReader::new(connection);
    let mut line = Vec::new();
    loop {
        match read_line(&mut reader, &mut line) {
            Ok(_) => {}
            // Nothing more has arrived. What has arrived of this line stays in it.
            Err(why) if timed_out(&why) && stopping() => return Ok(()),
            Err(why) if timed_out(&why) => continue,
            Err(why) => return Err(why).explain(lost),
        }
        if line.is_empty() {
            return Ok(());
        }
        let text = text_of(&line).map_err(|why| {
            Failure::new(format!("a line of {address} is refused"), why)
        })?;
        connection.write_all(format!("{REPLY} {text}\n").as_bytes()).explain(&lost)?;
        line.clear();
    }
}

/// Reads the rest of a line, up to a newline or the end of the stream.
fn read_line(reader: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<usize> {
    // A byte more than the longest line: its end, or the proof that it is too long.
    let room = (MAX_LINE + 1 - line.len()) as u64;
    reader.take(room).read_until(b'\n', line)
}

/// The line without its end, or what is wrong with it.
fn text_of(line: &[u8]) -> Result<&str, String> {
    let text = line.strip_suffix(b"\n").unwrap_or(line);
    if text.len() > MAX_LINE {
        return Err(format!("it is longer than {MAX_LINE} bytes"));
    }
    str::from_utf8(text).map_err(|why| why.to_string())
}

/// Finishes sending, and then reports what went wrong: the client must not wait for that.
///
/// Then reads what the client still sends, for a while: closing a socket with unread
/// bytes sends a reset, which can destroy replies. A server that stops has read it all.
fn close(connection: &TcpStream, outcome: Result<(), Failure>) {
    let ended = connection.shutdown(Shutdown::Write);
    if let Err(failure) = outcome {
        complain(&failure);
    }
    if ended.is_ok() && !stopping() {
        let rest = Limited::new(connection, Duration::from_secs(1)).take(1 << 20);
        let _ = io::copy(&mut { rest }, &mut io::sink());
    }
}

/// A client is counted until this is dropped, which happens even if its thread panics.
struct Counted;

impl Counted {
    fn new() -> Counted {
        *clients() += 1;
        Counted
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        *clients() -= 1;
        CLIENT_LEFT.notify_all();
    }
}

fn clients() -> MutexGuard<'static, usize> {
    CLIENTS.lock().unwrap_or_else(PoisonError::into_inner)
}

fn stopping() -> bool {
    STOPPING.load(Ordering::Relaxed)
}

#[cfg(test)]
#[path = "solution/tests.rs"]
mod tests;
