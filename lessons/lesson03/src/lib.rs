//! The experiments of lesson 3, and what its programs in `examples/` share: all but the calls in which
//! they are wrong.

pub mod matrix;
mod options;
pub mod table;

use std::io;
use std::net::{SocketAddr, TcpListener};

use common::{Arguments, Explain, Failure, cannot_listen, complain, say};
pub use options::Options;

/// Makes a listener: on this address, with SO_REUSEADDR or without it, with this backlog.
pub type Listen = fn(SocketAddr, bool, i32) -> io::Result<TcpListener>;

/// Lesson 3's program on a listener that is made in another way.
pub fn run(options: &Options, listen: Listen) -> Result<(), Failure> {
    let address = options.address;
    if options.matrix {
        return table::print(address, |setup| matrix::measure(listen, setup));
    }
    let listener =
        listen(address, options.reuse, options.backlog).map_err(cannot_listen(address))?;
    say!("listening on {}", listener.local_addr().explain("cannot learn the address")?)?;
    let (connection, client) = listener.accept().explain("cannot accept a client")?;
    say!("{client} connected")?;
    lesson02::serve(&connection, client, options.time_limit)
}

/// Exercise 3's server, for good, on a listener that is made in another way: most of its wrong answers
/// are wrong in nothing else.
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
