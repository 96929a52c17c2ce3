//! The table of ports has two ranges, as in the tutorial (S1).
//!
//! It calls every port above 1023 dynamic. But the ports from 1024 to 49151 can be
//! registered for a service, and the kernel doesn't pick from the whole range.
//!
//! Instead of: lesson00
//! Fails: shows_three_ranges
//! Judged on: shows_three_ranges, shows_a_picked_port

use std::net::TcpListener;
use std::process::ExitCode;

use common::{Arguments, Explain, Failure, cannot_listen, exit, say};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A table of ports with two ranges instead of three (S1)")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let listener =
        TcpListener::bind(arguments.address).map_err(cannot_listen(arguments.address))?;
    say!("listening on {}", listener.local_addr().explain("cannot learn the address")?)?;
    // ANCHOR: bug
    say!("  System       0 to  1023")?;
    say!("  Dynamic   1024 to 65535")?;
    // ANCHOR_END: bug
    let socket = TcpListener::bind("127.0.0.1:0").explain("cannot get a port")?;
    say!("  picked   {:>5}", socket.local_addr().explain("cannot get a port")?.port())
}
