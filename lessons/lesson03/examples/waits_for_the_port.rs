//! If its port is taken, the server tries again until it's free.
//!
//! TIME_WAIT lasts a minute, and another live server may keep the port forever. Meanwhile
//! the user doesn't learn what the server is waiting for.
//!
//! Instead of: exercise03
//! Fails: never_listens_twice, knows_a_live_server, knows_a_busy_server,
//!   knows_what_a_run_has_left, knows_a_port_that_is_only_bound

mod shared;

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use common::exit;
use shared::{RIGHT, Server, run_for_good};
use socket2::{Domain, Socket, Type};

fn main() -> ExitCode {
    let server = Server { listen, ..RIGHT };
    exit(run_for_good("A server that waits until its port is free", &server))
}

fn listen(address: SocketAddr, queue: i32) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    socket.set_reuse_address(true)?;
    // ANCHOR: bug
    while let Err(why) = socket.bind(&address.into()) {
        if !common::is_taken(&why) {
            return Err(why);
        }
        thread::sleep(Duration::from_millis(50));
    }
    // ANCHOR_END: bug
    socket.listen(queue - 1)?;
    Ok(socket.into())
}
