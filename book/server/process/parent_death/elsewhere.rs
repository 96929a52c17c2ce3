use std::convert::Infallible;
use std::ffi::OsString;

use common::Failure;
use tokio::process::Command;

/// Which network a program has: this machine's, always.
#[derive(Clone, Debug, Default)]
pub struct Entrance {}

/// The command that starts a program.
pub fn command_at(_: &Entrance, program: OsString) -> Command {
    Command::new(program)
}

/// This very program.
pub fn this_program_at(entrance: &Entrance) -> Command {
    command_at(entrance, std::env::current_exe().unwrap_or_default().into())
}

/// No program asks for this here.
///
/// # Errors
///
/// Always.
pub fn become_program(_: &[OsString]) -> Result<Infallible, Failure> {
    Err(Failure::new("cannot tie a program to its parent", "only Linux can"))
}
