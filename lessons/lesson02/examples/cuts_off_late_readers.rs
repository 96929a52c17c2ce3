//! TCP_USER_TIMEOUT ends a connection whose client takes nothing for two seconds.
//!
//! It has ten seconds, and what it does with them is its own business.
//!
//! Instead of: exercise02
//! Fails: gives_a_client_time
//! Judged only on these.

mod shared;

use common::{Limited, exit};
use shared::{RIGHT, Server, run_for_good};
use std::io::Write;
use std::process::ExitCode;

fn main() -> ExitCode {
    // ANCHOR: bug
    let server = Server {
        write: |connection, left, reply| {
            #[cfg(target_os = "linux")]
            socket2::SockRef::from(connection)
                .set_tcp_user_timeout(Some(std::time::Duration::from_secs(2)))?;
            Limited::new(connection, left).write_all(reply)
        },
        ..RIGHT
    };
    // ANCHOR_END: bug
    exit(run_for_good("A server that cuts off late readers", server))
}
