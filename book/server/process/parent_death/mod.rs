//! Programs that end when the server does, even by `kill -9`.
//!
//! On Linux the kernel kills them then. Only the child itself can ask for that signal (PR_SET_PDEATHSIG(2const)), so it
//! is started as `book with-parent`, which becomes the program. On Windows the job object of [`Child`] does it; other
//! systems have nothing like it.
//!
//! [`Child`]: super::child::Child

#[cfg(not(target_os = "linux"))]
mod elsewhere;
#[cfg(target_os = "linux")]
mod linux;

#[cfg(not(target_os = "linux"))]
use elsewhere as system;
#[cfg(target_os = "linux")]
use linux as system;

#[cfg(target_os = "linux")]
pub use linux::tie;
pub use system::{Entrance, become_program, command_at, this_program_at};

use std::ffi::OsString;

use tokio::process::Command;

/// The name of this command, which `--help` does not show.
pub const COMMAND: &str = "with-parent";

/// The command that starts a program that ends with this one, where the system can do that.
pub fn command(program: OsString) -> Command {
    command_at(&Entrance::default(), program)
}
