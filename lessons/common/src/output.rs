//! The two outputs of a program, neither of which can make it panic.

use std::fmt;
use std::io::{self, Write};

use crate::error::{Explain, Failure};

/// Prints a line, like `println!`, except that a closed or full standard output is an
/// error to handle.
#[macro_export]
macro_rules! say {
    ($($words:tt)*) => { $crate::say(format_args!($($words)*)) };
}

/// Writes a line to standard output.
///
/// Rust's stdout flushes at every end of line, also into a pipe: a program that waits for
/// a line such as `listening on …` has it right away.
pub fn say(line: fmt::Arguments<'_>) -> Result<(), Failure> {
    writeln!(io::stdout(), "{line}").explain("cannot write to standard output")
}

/// Writes a failure to standard error. If that is closed as well, there's nothing left to
/// tell it to.
pub fn complain(failure: &Failure) {
    let _ = writeln!(io::stderr(), "{failure}");
}
