//! The program prints the port it asked for, not the one it got.
//!
//! Asking for port 0 means "any free port". Only the socket knows which one the kernel
//! chose, so this program prints 0.
//!
//! Instead of: lesson00
//! Fails: shows_a_picked_port
//! Judged on: shows_three_ranges, shows_a_picked_port

use std::net::{SocketAddr, TcpListener};
use std::process::ExitCode;

use common::{Arguments, Explain, Failure, cannot_listen, exit, say};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A program that shows the port it asked for")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let listener =
        TcpListener::bind(arguments.address).map_err(cannot_listen(arguments.address))?;
    say!("listening on {}", listener.local_addr().explain("cannot learn the address")?)?;
    for (name, range, _) in lesson00::RANGES {
        say!("  {name:<8} {:>5} to {:>5}", range.start(), range.end())?;
    }
    // ANCHOR: bug
    let any = SocketAddr::new(arguments.address.ip(), 0);
    let _listener = TcpListener::bind(any).map_err(cannot_listen(any))?;
    say!("  picked   {:>5}", any.port())
    // ANCHOR_END: bug
}
