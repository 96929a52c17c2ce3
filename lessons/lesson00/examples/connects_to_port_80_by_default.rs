//! Without an address, the program connects to port 80.
//!
//! Instead of: exercise00
//! Fails: connects_to_9090_by_default
//! Judged only on these.

mod answer;

use std::process::ExitCode;

use answer::{Answer, RIGHT};
use common::{Arguments, Failure};

fn main() -> ExitCode {
    Answer { ends, ..RIGHT }.run("An answer with another default")
}

fn ends(arguments: &Arguments) -> Result<(), Failure> {
    let mut address = arguments.address;
    // ANCHOR: bug
    if std::env::args().len() == 1 {
        address.set_port(80);
    }
    // ANCHOR_END: bug
    (RIGHT.ends)(&Arguments { address, ..*arguments })
}
