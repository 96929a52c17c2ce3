//! Every error of `bind` is taken for a port that's in use.
//!
//! An address that isn't this machine's is not in use: it's a mistake of the user's.
//!
//! Instead of: exercise03
//! Fails: tells_other_errors_apart, tells_a_privileged_port_apart

mod shared;

use std::io;
use std::net::SocketAddr;
use std::process::ExitCode;

use common::{Failure, exit};
use shared::{RIGHT, Server, run_for_good};

fn main() -> ExitCode {
    let server = Server { cannot_listen, ..RIGHT };
    exit(run_for_good("A server that explains every error in one way", &server))
}

fn cannot_listen(address: SocketAddr, error: io::Error) -> Failure {
    // ANCHOR: bug
    let holder = shared::holder(address);
    // ANCHOR_END: bug
    Failure::new(format!("cannot listen on {address}"), format!("{error}: {holder}"))
}
