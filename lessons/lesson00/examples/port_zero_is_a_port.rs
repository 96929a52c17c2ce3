//! Port 0 is counted among the system ports (S2).
//!
//! No socket ever has port 0. A program that asks for it asks the kernel for any free
//! port.
//!
//! Instead of: exercise00
//! Fails: knows_that_port_0_is_none, takes_ipv6_addresses

mod answer;

use std::process::ExitCode;

use answer::{Answer, RIGHT};

fn main() -> ExitCode {
    Answer { port, ..RIGHT }.run("An answer that takes port 0 for a port (S2)")
}

fn port(port: u16) -> &'static str {
    match port {
        // ANCHOR: bug
        0..=1023 => "system port",
        // ANCHOR_END: bug
        1024..=49151 => "user port",
        49152..=65535 => "dynamic port",
    }
}
