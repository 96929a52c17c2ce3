//! `book with-parent`: becomes another program, one that the kernel kills when the server ends, even by
//! `kill -9`. Only the child itself can ask for that signal (PR_SET_PDEATHSIG(2const)).

use std::convert::Infallible;
use std::ffi::OsString;

use common::Failure;
use tokio::process::Command;

/// The name of this command, which `--help` does not show.
pub const COMMAND: &str = "with-parent";

/// The command that starts a program that ends with this one, where the system can do that.
pub fn command(program: OsString) -> Command {
    #[cfg(target_os = "linux")]
    {
        // This very program, even if cargo has replaced its file in the meantime.
        let mut command = Command::new("/proc/self/exe");
        command.arg(COMMAND).arg(std::process::id().to_string()).arg(program);
        command
    }
    #[cfg(not(target_os = "linux"))]
    Command::new(program)
}

/// Becomes the program that the words name, and dies with the process whose id comes before it.
///
/// # Errors
///
/// The system has no such signal, or cannot start the program.
#[cfg(target_os = "linux")]
pub fn become_program(words: &[OsString]) -> Result<Infallible, Failure> {
    use std::os::unix::process::CommandExt;

    use rustix::process::{Signal, getppid, set_parent_process_death_signal};

    let [parent, program, arguments @ ..] = words else {
        return Err(Failure::new("cannot start a program", "no program is named"));
    };
    let parent: u32 = parent.to_str().and_then(|parent| parent.parse().ok()).unwrap_or_default();
    let name = program.display();
    set_parent_process_death_signal(Some(Signal::KILL))
        .map_err(|why| Failure::new(format!("cannot tie {name} to its parent"), why))?;
    // If the parent ended before that, no signal comes.
    if getppid().map(|parent| parent.as_raw_pid().cast_unsigned()) != Some(parent) {
        return Err(Failure::new(format!("cannot start {name}"), "the server has ended"));
    }
    let why = std::process::Command::new(program).args(arguments).exec();
    Err(Failure::new(format!("cannot start {name}"), why))
}

#[cfg(not(target_os = "linux"))]
pub fn become_program(_: &[OsString]) -> Result<Infallible, Failure> {
    Err(Failure::new("cannot tie a program to its parent", "only Linux can"))
}
