//! A name is taken for an address (C1).
//!
//! `to_socket_addrs` looks names up, so `localhost:80` passes. But the question is
//! whether the word itself is an address, not which machine has that name.
//!
//! Instead of: exercise00
//! Fails: refuses_what_is_no_address, refuses_ports_that_are_not_digits
//! Judged only on Unix. Which blanks a name may have is for the resolver to say: Wine's takes some.

mod answer;

use std::net::{SocketAddr, ToSocketAddrs};
use std::process::ExitCode;

use answer::{Answer, RIGHT};
use common::{Explain, Failure};

fn main() -> ExitCode {
    Answer { parse, ..RIGHT }.run("An answer that looks names up (C1)")
}

fn parse(text: &str) -> Result<SocketAddr, Failure> {
    let what = format!("'{text}' is no address with a port");
    // ANCHOR: bug
    let found = text.to_socket_addrs().explain(&what)?.next();
    // ANCHOR_END: bug
    found.ok_or_else(|| Failure::new(what, "no machine has that name"))
}
