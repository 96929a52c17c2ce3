//! The program finishes sending, and gives the server two seconds to do the same.
//!
//! It has shown both ends and has nothing more to do.
//!
//! Instead of: exercise00
//! Fails: shows_both_ends, shows_both_ends_in_ipv6
//! Judged only on these.

mod answer;

use std::io::Read;
use std::net::Shutdown;
use std::process::ExitCode;
use std::time::Duration;

use answer::{Answer, RIGHT};
use common::{Arguments, Explain, Failure};

fn main() -> ExitCode {
    Answer { ends, ..RIGHT }.run("An answer that says goodbye")
}

fn ends(arguments: &Arguments) -> Result<(), Failure> {
    let mut connection = answer::shown(arguments)?;
    // ANCHOR: bug
    connection.shutdown(Shutdown::Write).explain("cannot finish sending")?;
    let limit = Some(Duration::from_secs(2));
    connection.set_read_timeout(limit).explain("cannot set a timeout")?;
    let _ = connection.read(&mut [0]);
    // ANCHOR_END: bug
    Ok(())
}
