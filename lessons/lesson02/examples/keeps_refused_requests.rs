//! What is wrong with a request is kept, and the request with it.
//!
//! A client may send a megabyte and be refused, as often as it likes.
//!
//! Instead of: exercise02
//! Fails: serves_a_hundred_clients
//! Judged only on these.

mod shared;

use common::{Limited, exit};
use shared::{MAX_REQUEST, RIGHT, Server, run_for_good};
use std::io::Read;
use std::process::ExitCode;

fn main() -> ExitCode {
    // ANCHOR: bug
    let server = Server {
        read: |connection, limit| {
            let mut request = Vec::new();
            let mut bounded =
                Limited::new(connection, limit).take(MAX_REQUEST as u64 + 1);
            bounded.read_to_end(&mut request)?;
            if request.len() > MAX_REQUEST {
                let kept = request.leak();
                return Err(std::io::Error::other(format!(
                    "{} are too many",
                    kept.len()
                )));
            }
            Ok(request)
        },
        ..RIGHT
    };
    // ANCHOR_END: bug
    exit(run_for_good("A server that keeps what it has refused", server))
}
