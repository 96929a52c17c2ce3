//! The program ends when the server does.
//!
//! It has shown both ends and has nothing more to do, but it waits for the end of the
//! stream. A server that serves one client may never send that.
//!
//! Instead of: exercise00
//! Fails: shows_both_ends, shows_both_ends_in_ipv6, connects_to_9090_by_default

mod answer;

use std::io::Read;
use std::process::ExitCode;

use answer::{Answer, RIGHT};
use common::{Arguments, Failure};

fn main() -> ExitCode {
    Answer { ends, ..RIGHT }.run("An answer that waits for the server")
}

fn ends(arguments: &Arguments) -> Result<(), Failure> {
    let mut connection = answer::shown(arguments)?;
    // ANCHOR: bug
    let _ = connection.read(&mut [0]);
    // ANCHOR_END: bug
    Ok(())
}
