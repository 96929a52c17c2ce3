//! A client of IPv6 has twice the time that it should have.
//!
//! One limit for both families would do.
//!
//! Instead of: exercise02
//! Fails: ends_a_silent_client_in_time
//! Judged only on these.

mod shared;

use common::exit;
use shared::{RIGHT, Server, read, run_for_good};
use std::net::TcpStream;
use std::process::ExitCode;
use std::time::Duration;

fn main() -> ExitCode {
    // ANCHOR: bug
    let server = Server {
        read: |connection: &TcpStream, limit: Duration| {
            let is_ipv6 = connection.local_addr()?.is_ipv6();
            read(connection, if is_ipv6 { 2 * limit } else { limit })
        },
        ..RIGHT
    };
    // ANCHOR_END: bug
    exit(run_for_good("A server with more patience in IPv6", server))
}
