//! What the reader tells people, one line for each event.

use std::fmt::Display;
use std::io::{self, Write};

/// Tells of something that went well.
pub fn say(line: impl Display) {
    // Not `println!`, which panics when the other end of a pipe is gone; the book is served still.
    let _ = writeln!(io::stdout(), "{line}");
}

/// Tells of something that went wrong.
pub fn complain(line: impl Display) {
    let _ = writeln!(io::stderr(), "{line}");
}
