//! SO_REUSEADDR is set only after `bind` has failed.
//!
//! The first run binds without the option, so the connections that it leaves in TIME_WAIT
//! don't have the option either. `bind` looks at those as well, so it fails again.
//!
//! Instead of: exercise03
//! Fails: restarts_after_closing_first, restarts_after_a_kill, restarts_three_times

mod shared;

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::process::ExitCode;

use common::exit;
use shared::{RIGHT, Server, run_for_good};
use socket2::{Domain, Socket, Type};

fn main() -> ExitCode {
    let server = Server { listen, ..RIGHT };
    exit(run_for_good("A server that sets its option when bind has failed", &server))
}

fn listen(address: SocketAddr, queue: i32) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    // ANCHOR: bug
    match socket.bind(&address.into()) {
        Err(why) if common::is_taken(&why) => {
            socket.set_reuse_address(true)?;
            socket.bind(&address.into())?;
        }
        outcome => outcome?,
    }
    // ANCHOR_END: bug
    socket.listen(queue - 1)?;
    Ok(socket.into())
}
