//! Every connection is closed by a reset, to avoid TIME_WAIT.
//!
//! A reset leaves no TIME_WAIT behind, so nothing holds the port. But a client can't tell
//! the end of the reply from a crash of the server.
//!
//! Instead of: exercise03
//! Fails: says_where_it_listens, listens_on_ipv6, serves_one_after_another,
//!   reads_to_the_clients_end, gives_up_on_a_slow_sender, ends_a_silent_client_in_time,
//!   serves_a_hundred_clients, never_listens_twice, restarts_after_closing_first,
//!   restarts_after_a_kill, restarts_three_times, knows_a_live_server,
//!   keeps_to_its_queue, has_room_for_128_clients, gives_a_client_time

mod shared;

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::ExitCode;
use std::time::Duration;

use common::{Explain, Failure, REPLY, exit};
use shared::{RIGHT, Server, run_for_good};
use socket2::{Domain, SockRef, Socket, Type};

fn main() -> ExitCode {
    let server = Server { listen, converse, ..RIGHT };
    exit(run_for_good("A server that resets its connections", &server))
}

fn converse(
    mut connection: TcpStream,
    client: SocketAddr,
    limit: Duration,
) -> Result<(), Failure> {
    let cannot = format!("cannot serve {client}");
    // ANCHOR: bug
    SockRef::from(&connection).set_linger(Some(Duration::ZERO)).explain(&cannot)?;
    // ANCHOR_END: bug
    connection.set_read_timeout(Some(limit)).explain(&cannot)?;
    match connection.read(&mut [0; 1024]).explain(&cannot)? {
        0 => Ok(()),
        _ => connection.write_all(REPLY.as_bytes()).explain(cannot),
    }
}

fn listen(address: SocketAddr, queue: i32) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    socket.bind(&address.into())?;
    socket.listen(queue - 1)?;
    Ok(socket.into())
}
