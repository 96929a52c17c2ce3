//! The program gives the server 0.4 seconds to say something.
//!
//! It has shown both ends and has nothing more to do.
//!
//! Instead of: exercise00
//! Fails: shows_both_ends, shows_both_ends_in_ipv6
//! Judged only on these.

mod answer;

use std::io::Read;
use std::process::ExitCode;
use std::time::Duration;

use answer::{Answer, RIGHT};
use common::{Arguments, Explain, Failure};

fn main() -> ExitCode {
    Answer { ends, ..RIGHT }.run("An answer that waits for a moment")
}

fn ends(arguments: &Arguments) -> Result<(), Failure> {
    let mut connection = answer::shown(arguments)?;
    // ANCHOR: bug
    let limit = Some(Duration::from_millis(400));
    connection.set_read_timeout(limit).explain("cannot set a timeout")?;
    let _ = connection.read(&mut [0]);
    // ANCHOR_END: bug
    Ok(())
}
