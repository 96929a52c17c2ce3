//! A request of exactly 1 MiB is refused.
//!
//! The border belongs to what's allowed.
//!
//! Instead of: exercise02
//! Fails: answers_a_long_request, answers_a_slow_reader, serves_a_hundred_clients

mod shared;

use common::exit;
use shared::{RIGHT, Server, run_for_good};
use std::process::ExitCode;

fn main() -> ExitCode {
    // ANCHOR: bug
    let server =
        Server { is_too_long: |request| request.len() >= shared::MAX_REQUEST, ..RIGHT };
    // ANCHOR_END: bug
    exit(run_for_good("A server with >= in the place of >", server))
}
