use std::fmt;
use std::io::{self, Write};

use crate::failure::{Explain, Failure};

/// Like `println!`, but a closed or full standard output is an error to handle, not a panic.
#[macro_export]
macro_rules! say {
    ($($words:tt)*) => { $crate::say(format_args!($($words)*)) };
}

/// Writes one line to standard output. Rust's stdout flushes at every end of line, into a pipe too, so
/// whoever waits for a line such as `listening on …` has it at once.
pub fn say(line: fmt::Arguments<'_>) -> Result<(), Failure> {
    writeln!(io::stdout(), "{line}").explain("cannot write to standard output")
}

/// Writes a failure to standard error. If that is closed too, there is nobody left to tell.
pub fn complain(failure: &Failure) {
    let _ = writeln!(io::stderr(), "{failure}");
}
