//! SO_REUSEADDR is set after `bind`.
//!
//! That's too late, because `bind` is the call that looks at the option. The restart
//! fails as if the option weren't set.
//!
//! Instead of: exercise03
//! Fails: restarts_after_closing_first, restarts_after_a_kill, restarts_three_times,
//!   runs_again_after_kill, ends_in_the_middle_of_a_reply

mod shared;

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::process::ExitCode;

use common::exit;
use shared::{RIGHT, Server, run_for_good};
use socket2::{Domain, Socket, Type};

fn main() -> ExitCode {
    let server = Server { listen, ..RIGHT };
    exit(run_for_good("A server that sets its option after bind", &server))
}

fn listen(address: SocketAddr, queue: i32) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    // ANCHOR: bug
    socket.bind(&address.into())?;
    socket.set_reuse_address(true)?;
    // ANCHOR_END: bug
    socket.listen(queue - 1)?;
    Ok(socket.into())
}
