//! If its port is taken, the server tries again until it's free.
//!
//! TIME_WAIT lasts a minute, and another live server may keep the port forever. Meanwhile
//! the user doesn't learn what the server is waiting for.
//!
//! Instead of: exercise03
//! Fails: names_the_taken_port, never_listens_twice, restarts_after_closing_first,
//!   restarts_after_a_kill, restarts_three_times

mod shared;

use std::io::{self, ErrorKind};
use std::net::{SocketAddr, TcpListener};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use common::exit;
use shared::run_for_good;
use socket2::{Domain, Socket, Type};

fn main() -> ExitCode {
    exit(run_for_good("A server that waits until its port is free", listen))
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    // ANCHOR: bug
    while let Err(why) = socket.bind(&address.into()) {
        if why.kind() != ErrorKind::AddrInUse {
            return Err(why);
        }
        thread::sleep(Duration::from_millis(50));
    }
    // ANCHOR_END: bug
    socket.listen(128)?;
    Ok(socket.into())
}
