//! Each request is written into a temporary file, which stays.
//!
//! It costs no descriptor and no memory, and one day the disk is full.
//!
//! Instead of: exercise02
//! Fails: serves_a_hundred_clients
//! Judged only on these.

mod shared;

use common::exit;
use shared::{RIGHT, Server, run_for_good};
use std::process::ExitCode;

fn main() -> ExitCode {
    // ANCHOR: bug
    let server = Server {
        read: |connection, limit| {
            let request = shared::read(connection, limit)?;
            let name = format!("request-{:?}", std::time::Instant::now());
            let name: String = name.chars().filter(|c| c.is_alphanumeric()).collect();
            std::fs::write(std::env::temp_dir().join(name), &request)?;
            Ok(request)
        },
        ..RIGHT
    };
    // ANCHOR_END: bug
    exit(run_for_good("A server that leaves its files", server))
}
