//! One good answer to exercise 4: a server for many clients, where one line is one message.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, Ipv6Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use common::{
    Arguments, Explain, Failure, Limited, REPLY, cannot_listen, complain, exit, say, timed_out, why,
};
use socket2::{Domain, Socket, Type};

/// The longest line, in bytes, without its end. A client must not be able to fill the memory.
pub const MAX_LINE: usize = 64 << 10;

/// How often a thread that waits in `read`, or an `accept` that fails, looks whether to stop.
const GLANCE: Duration = Duration::from_millis(100);

/// How long replies may be under way after Ctrl-C.
const GRACE: Duration = Duration::from_millis(1300);

/// Ctrl-C has been pressed.
static STOPPING: AtomicBool = AtomicBool::new(false);

/// How many clients are connected; locked for a moment only, and never while anybody reads or writes.
static CLIENTS: Mutex<usize> = Mutex::new(0);
static SOMEBODY_LEFT: Condvar = Condvar::new();

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

    // From here on the kernel refuses whoever comes. Those who are here get their replies; the
    // threads that are not done in time end with `main`.
    drop(listener);
    let waiting = SOMEBODY_LEFT.wait_timeout_while(clients(), GRACE, |count| *count > 0);
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
    // Nothing portable calls a thread out of `accept`, except a client. Its socket is made now: later
    // there may be no descriptor left for one, since an `accept` that waits has taken the last.
    let wake_up = Socket::new(Domain::for_address(address), Type::STREAM, None).explain(cannot)?;
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
                // The client stays in the queue, so the next try would fail at once: rest.
                thread::sleep(GLANCE);
            }
        }
    }
}

fn start_thread(connection: TcpStream, address: SocketAddr) {
    let guest = Guest::new();
    // However the thread ends, connection and guest are dropped with it.
    let started = thread::Builder::new().spawn(move || {
        let _guest = guest;
        part(&connection, serve(&connection, address));
    });
    if let Err(error) = started {
        complain(&Failure::new(format!("cannot start a thread for {address}"), why(&error)));
    }
}

/// Answers every line, until the client ends its side or the server stops.
fn serve(mut connection: &TcpStream, address: SocketAddr) -> Result<(), Failure> {
    let lost = format!("lost {address}");
    connection.set_read_timeout(Some(GLANCE)).explain(&lost)?;
    // One reader for the whole conversation: what it has read ahead is the start of the next line.
    let mut reader = BufReader::new(connection);
    let mut line = Vec::new();
    loop {
        match read_line(&mut reader, &mut line) {
            Ok(_) => {}
            // Nothing more has arrived. What has come of this line so far stays in it.
            Err(why) if timed_out(&why) && stopping() => return Ok(()),
            Err(why) if timed_out(&why) => continue,
            Err(why) => return Err(why).explain(lost),
        }
        if line.is_empty() {
            return Ok(());
        }
        let text = text_of(&line)
            .map_err(|why| Failure::new(format!("a line of {address} is refused"), why))?;
        connection.write_all(format!("{REPLY} {text}\n").as_bytes()).explain(&lost)?;
        line.clear();
    }
}

/// Reads on, behind what has come of the line, to its end: a newline, or the end of the stream.
pub fn read_line(reader: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<usize> {
    // A byte more than the longest line: its end, or the proof that it is too long.
    let room = (MAX_LINE + 1 - line.len()) as u64;
    reader.take(room).read_until(b'\n', line)
}

/// The line without its end, or what is wrong with it.
pub fn text_of(line: &[u8]) -> Result<&str, String> {
    let text = line.strip_suffix(b"\n").unwrap_or(line);
    if text.len() > MAX_LINE {
        return Err(format!("it is longer than {MAX_LINE} bytes"));
    }
    str::from_utf8(text).map_err(|why| why.to_string())
}

/// Ends our side after the last reply, and says what went wrong, if anything did: a client does not wait for
/// who reads that. Then it reads, within bounds, what the client still sends: closing with unread input sends
/// a reset, which can destroy replies. A server that stops has read it all.
fn part(connection: &TcpStream, outcome: Result<(), Failure>) {
    let ended = connection.shutdown(Shutdown::Write);
    if let Err(failure) = outcome {
        complain(&failure);
    }
    if ended.is_ok() && !stopping() {
        let rest = Limited::new(connection, Duration::from_secs(1)).take(1 << 20);
        let _ = io::copy(&mut { rest }, &mut io::sink());
    }
}

/// Counts a client for as long as it lives, in a thread that panics too.
struct Guest;

impl Guest {
    fn new() -> Guest {
        *clients() += 1;
        Guest
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        *clients() -= 1;
        SOMEBODY_LEFT.notify_all();
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
