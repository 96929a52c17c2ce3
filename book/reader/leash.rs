//! `book leash`: becomes another program, one that the kernel kills when the reader ends, even by
//! `kill -9`. (PR_SET_PDEATHSIG(2const). It has to be asked for in the child itself.)

use std::convert::Infallible;
use std::ffi::OsString;

use tokio::process::Command;

use crate::error::Error;

/// The command that starts `program` on a leash, where the system has one.
pub fn command(program: OsString) -> Command {
    #[cfg(target_os = "linux")]
    {
        // This very program, even if cargo has replaced its file in the meantime.
        let mut command = Command::new("/proc/self/exe");
        command.arg("leash").arg(std::process::id().to_string()).arg(program);
        command
    }
    #[cfg(not(target_os = "linux"))]
    Command::new(program)
}

/// Becomes the program that the words name.
///
/// # Errors
///
/// The system has no leash, or cannot start the program.
#[cfg(target_os = "linux")]
pub fn become_program(reader: u32, words: &[OsString]) -> Result<Infallible, Error> {
    use std::os::unix::process::CommandExt;

    use rustix::process::{Signal, getppid, set_parent_process_death_signal};

    let [program, arguments @ ..] = words else {
        return Err(Error::failed("cannot start a program", "no program is named"));
    };
    let name = program.display();
    set_parent_process_death_signal(Some(Signal::KILL))
        .map_err(|why| Error::failed(format!("cannot put {name} on a leash"), why))?;
    // Had the reader ended before that, nobody would tell.
    if getppid().map(|parent| parent.as_raw_pid().cast_unsigned()) != Some(reader) {
        return Err(Error::failed(format!("cannot start {name}"), "the reader has ended"));
    }
    let why = std::process::Command::new(program).args(arguments).exec();
    Err(Error::failed(format!("cannot start {name}"), why))
}

#[cfg(not(target_os = "linux"))]
pub fn become_program(_: u32, _: &[OsString]) -> Result<Infallible, Error> {
    Err(Error::failed("cannot put a program on a leash", "only Linux has one"))
}
