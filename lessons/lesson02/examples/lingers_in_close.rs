//! With SO_LINGER, `close` waits until the client has taken the whole reply.
//!
//! The kernel has the reply, and would send it without the server. A client that never
//! reads holds the server as long as that option says, whatever its time limit is.
//!
//! Instead of: exercise02
//! Fails: gives_up_on_a_client_that_never_reads
//! Judged only on these.

mod shared;

use common::exit;
use shared::{RIGHT, Server, run_for_good};
use std::process::ExitCode;
use std::time::Duration;

fn main() -> ExitCode {
    // ANCHOR: bug
    let server = Server {
        close: |connection, _number| {
            let linger = Some(Duration::from_secs(60));
            let _ = socket2::SockRef::from(&connection).set_linger(linger);
        },
        ..RIGHT
    };
    // ANCHOR_END: bug
    exit(run_for_good("A server that lingers in close", server))
}
