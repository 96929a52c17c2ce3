//! The listener comes from std, whatever the user asked for (S14).
//!
//! Except on Windows, `TcpListener::bind` sets SO_REUSEADDR itself, and its backlog is
//! always the same. So this server can neither show the failure nor shorten the queue.
//!
//! Instead of: lesson03
//! Fails: fails_without_the_option, keeps_to_the_backlog, matrix_shows_who_can_bind,
//!   matrix_shows_who_waits

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::process::ExitCode;

use common::exit;
use lesson03::{Options, run};

fn main() -> ExitCode {
    exit(run(
        &Options::parse("A server on std's listener, whatever was asked for (S14)"),
        listen,
    ))
}

// ANCHOR: bug
fn listen(address: SocketAddr, _reuse: bool, _backlog: i32) -> io::Result<TcpListener> {
    TcpListener::bind(address)
}
// ANCHOR_END: bug
