//! Lesson 3: all but the call that it is about, which `main.rs` has and each wrong
//! program has in a way of its own.

mod args;
pub mod matrix;
pub mod table;

use std::io;
use std::net::{SocketAddr, TcpListener};

pub use args::Options;
use common::{Explain, Failure, cannot_listen, say};

/// Makes a listener: on this address, with SO_REUSEADDR or without it, with this backlog.
pub type Listen = fn(SocketAddr, bool, i32) -> io::Result<TcpListener>;

/// Serves a client, or measures, with listeners that are made in this way.
pub fn run(options: &Options, listen: Listen) -> Result<(), Failure> {
    match options.matrix {
        true => table::print(options.address, |setup| matrix::measure(listen, setup)),
        false => serve(options, listen),
    }
}

// ANCHOR: serve
fn serve(options: &Options, listen: Listen) -> Result<(), Failure> {
    let address = options.address;
    let listener = listen(address, options.reuse, options.backlog)
        .map_err(cannot_listen(address))?;
    say!("listening on {}", listener.local_addr().explain("cannot learn the address")?)?;

    let (connection, client) = listener.accept().explain("cannot accept a client")?;
    say!("{client} connected")?;
    // The connection has inherited the option, and will still have it in TIME_WAIT.
    lesson02::serve(&connection, client, options.time_limit)
}
// ANCHOR_END: serve
