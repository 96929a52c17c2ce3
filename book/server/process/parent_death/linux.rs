use std::convert::Infallible;
use std::ffi::OsString;
use std::path::PathBuf;

use common::Failure;
use tokio::process::Command;

use super::COMMAND;

/// In the place of a namespace's file: the one that we're in.
const HERE: &str = "-";

/// Which network a program has: this machine's, or that of other namespaces.
#[derive(Clone, Debug, Default)]
pub struct Entrance {
    /// The files of a user namespace, and of a network namespace that belongs to it.
    files: Option<[PathBuf; 2]>,
}

impl Entrance {
    /// The way to a network namespace by its file, and by that of the user namespace that it belongs to.
    pub fn by(user: PathBuf, network: PathBuf) -> Entrance {
        Entrance { files: Some([user, network]) }
    }
}

/// The command that starts a program in another network.
pub fn command_at(entrance: &Entrance, program: OsString) -> Command {
    // This very program, even if cargo has replaced its file in the meantime.
    let mut command = Command::new("/proc/self/exe");
    command.arg(COMMAND).arg(std::process::id().to_string());
    match &entrance.files {
        Some(files) => command.args(files),
        None => command.args([HERE; 2]),
    };
    command.arg(program);
    command
}

/// This very program, in another network.
pub fn this_program_at(entrance: &Entrance) -> Command {
    // What comes in between is this program as well.
    command_at(entrance, "/proc/self/exe".into())
}

/// Becomes the program that the words name. Before it come the id of the process with which it dies, and the files
/// of the user namespace and the network namespace that it gets.
///
/// # Errors
///
/// The system has no such signal or doesn't let it into that network, or cannot start the program.
pub fn become_program(words: &[OsString]) -> Result<Infallible, Failure> {
    use std::os::unix::process::CommandExt;

    let [parent, user, network, program, arguments @ ..] = words else {
        return Err(Failure::new("cannot start a program", "no program is named"));
    };
    let name = program.display();
    if user != HERE {
        enter(user, network)
            .map_err(|why| Failure::new(format!("cannot start {name} in its network"), why))?;
    }
    // After that, since a change of rights may call the signal off.
    tie(parent)?;
    let why = std::process::Command::new(program).args(arguments).exec();
    Err(Failure::new(format!("cannot start {name}"), why))
}

/// Dies with the process that has this id.
///
/// # Errors
///
/// The system has no such signal, or that process has ended already.
pub fn tie(parent: &OsString) -> Result<(), Failure> {
    use rustix::process::{Signal, getppid, set_parent_process_death_signal};

    set_parent_process_death_signal(Some(Signal::KILL))
        .map_err(|why| Failure::new("cannot tie a program to its parent", why))?;
    // If the parent ended before that, no signal comes.
    if getppid().map(|parent| parent.as_raw_pid().cast_unsigned()) != Some(number(parent)) {
        return Err(Failure::new("cannot start a program", "the server has ended"));
    }
    Ok(())
}

/// Goes to a network namespace, and before that to the user namespace that it belongs to.
fn enter(user: &OsString, network: &OsString) -> std::io::Result<()> {
    use std::fs::File;
    use std::os::fd::AsFd;

    use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};

    // Both are opened first: from the user namespace, the server's files are out of reach.
    let spaces = [
        (File::open(user)?, LinkNameSpaceType::User),
        (File::open(network)?, LinkNameSpaceType::Network),
    ];
    for (space, kind) in spaces {
        move_into_link_name_space(space.as_fd(), Some(kind))?;
    }
    Ok(())
}

fn number(word: &OsString) -> u32 {
    word.to_str().and_then(|word| word.parse().ok()).unwrap_or_default()
}
