//! Exercise 3's server on a listener that is made in another way: most of its wrong answers are
//! wrong in nothing else.

use std::io;
use std::net::{SocketAddr, TcpListener};

use common::{Arguments, Explain, Failure, cannot_listen, complain, say};

/// Serves one client after another, until the program is ended.
pub fn run_for_good(
    about: &str,
    listen: fn(SocketAddr) -> io::Result<TcpListener>,
) -> Result<(), Failure> {
    let arguments = Arguments::parse(about);
    let address = arguments.address;
    let listener = listen(address).map_err(cannot_listen(address))?;
    say!("listening on {}", listener.local_addr().explain("cannot learn the address")?)?;
    loop {
        let (connection, client) = listener.accept().explain("cannot accept a client")?;
        if let Err(failure) = lesson02::serve(&connection, client, arguments.time_limit) {
            complain(&failure);
        }
    }
}
