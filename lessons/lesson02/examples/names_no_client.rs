//! An error doesn't say which client it's about.
//!
//! Instead of: exercise02
//! Fails: survives_an_empty_request, survives_bytes_that_are_not_text, survives_a_reset,
//!   refuses_a_request_that_is_too_long, gives_up_on_a_silent_client,
//!   gives_up_on_a_slow_sender, gives_up_on_a_client_that_never_reads, refuses_on_ipv6

mod shared;

use common::exit;
use shared::{RIGHT, Server, run_for_good};
use std::process::ExitCode;

fn main() -> ExitCode {
    // ANCHOR: bug
    let server = Server {
        report: |_client, why| common::complain(&common::Failure::new("no reply", why)),
        ..RIGHT
    };
    // ANCHOR_END: bug
    exit(run_for_good("A server whose errors name no client", server))
}
