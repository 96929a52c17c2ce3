//! The server asks whether another one answers, and then shares the port.
//!
//! With SO_REUSEPORT, `bind` always works between such runs. A server whose queue is full
//! doesn't answer, so a second one listens beside it.
//!
//! Instead of: exercise03
//! Fails: never_listens_twice
//! Judged only on these.

mod shared;

use std::io::{self, ErrorKind};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::ExitCode;
use std::time::Duration;

use common::exit;
use shared::{RIGHT, Server, run_for_good};
use socket2::{Domain, Socket, Type};

fn main() -> ExitCode {
    let server = Server { listen, ..RIGHT };
    exit(run_for_good("A server that asks first", &server))
}

fn listen(address: SocketAddr, queue: i32) -> io::Result<TcpListener> {
    // ANCHOR: bug
    let answer = TcpStream::connect_timeout(&address, Duration::from_millis(500));
    if address.port() != 0 && answer.is_ok() {
        return Err(ErrorKind::AddrInUse.into());
    }
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    #[cfg(unix)]
    socket.set_reuse_port(true)?;
    // ANCHOR_END: bug
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    socket.listen(queue - 1)?;
    Ok(socket.into())
}
