//! A stage: a network of its own for the programs of one run, and one pair of eyes in it.
//!
//! It's a network namespace (network_namespaces(7)) with nothing but a loopback device. The command `unshare`
//! makes it, without any right that the reader doesn't have, and becomes this very program (`inside`), which
//! writes down each packet and each change of a socket. Programs enter by [`Spaces`]. The namespace is gone when
//! the last process in it has ended, and all of them end with the server.

#[cfg(target_os = "linux")]
mod inside;
#[cfg(target_os = "linux")]
mod link;
#[cfg(target_os = "linux")]
mod looks;
mod spaces;
mod told;

pub use spaces::Spaces;

use std::ffi::OsString;
use std::fmt::{self, Display};
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use common::Failure;
use common::sockets::Socket;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{ChildStdin, ChildStdout};
use tokio::sync::watch;
use tokio::time::timeout;

use crate::process::child::{self, Child};
use crate::process::parent_death;
use crate::scene::packet::Packet;
use told::Told;

/// The name of the hidden command that a stage is.
pub const COMMAND: &str = "stage";

/// The word behind the server's process id that says that the namespaces are made already.
const INSIDE: &str = "inside";

const THIS_PROGRAM: &str = "/proc/self/exe";

/// A stage is ready within a few milliseconds, on a busy machine within tenths of a second.
const LONGEST_START: Duration = Duration::from_secs(5);

/// A complaint is one line.
const LONGEST_COMPLAINT: usize = 300;

/// A network of its own, for as long as this value lives.
pub struct Stage {
    child: Child,
    spaces: Arc<Spaces>,
    left: Vec<Socket>,
    marks: ChildStdin,
    told: Lines<BufReader<ChildStdout>>,
}

/// What is seen on a stage, in this order.
pub enum Seen {
    /// Its time is that of [`clock`].
    Packet(Packet),
    /// There were more packets than are told.
    Full,
    /// So many packets in all has the kernel dropped, since they came faster than they were read.
    Lost(u64),
    /// All TCP sockets that there are, and the time at which they were looked at, by [`clock`].
    Sockets(Duration, Vec<Socket>),
    /// The kernel doesn't list its sockets here.
    Unseen,
    /// So many of the marks have come by. All packets before them have been told.
    Marks(usize),
}

/// Why there is no stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The server was started with `--without-namespaces`.
    Unwanted,
    /// Only Linux has network namespaces.
    NotLinux,
    /// The command `unshare` isn't installed.
    NoCommand,
    /// The kernel doesn't allow it, or what guards it, such as AppArmor; and the words with which it says so.
    Kernel(String),
    /// It hasn't become ready in time.
    Late,
}

impl Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refused::Unwanted => write!(f, "the book was started with --without-namespaces"),
            Refused::NotLinux => write!(f, "only Linux has network namespaces"),
            Refused::NoCommand => write!(f, "the command unshare isn't installed"),
            Refused::Kernel(why) => write!(f, "this system refuses a network namespace: {why}"),
            Refused::Late => write!(f, "a network namespace took too long to make"),
        }
    }
}

impl Stage {
    /// Makes one, and waits until it is ready.
    ///
    /// # Errors
    ///
    /// This system gives us none.
    pub async fn open() -> Result<Stage, Refused> {
        let mut command = tokio::process::Command::new(THIS_PROGRAM);
        command.arg(COMMAND).arg(std::process::id().to_string());
        Stage::start(command, None).await
    }

    /// A stage where another one was, with all that it has left behind.
    ///
    /// # Errors
    ///
    /// This system lets us no longer in.
    pub async fn open_again(spaces: Spaces) -> Result<Stage, Refused> {
        let mut command = parent_death::command_at(&spaces.entrance(), THIS_PROGRAM.into());
        command.arg(COMMAND).arg(std::process::id().to_string()).arg(INSIDE);
        Stage::start(command, Some(spaces)).await
    }

    async fn start(
        mut command: tokio::process::Command,
        spaces: Option<Spaces>,
    ) -> Result<Stage, Refused> {
        if !cfg!(target_os = "linux") {
            return Err(Refused::NotLinux);
        }
        let refused = |why: io::Error| Refused::Kernel(why.to_string());
        let starting = async {
            let mut child = Child::start(&mut command).map_err(refused)?;
            let (marks, stdout, stderr) = child.pipes().map_err(refused)?;
            let mut told = BufReader::new(stdout).lines();
            match next(&mut told).await {
                Some(Told::Ready(left)) => {
                    let spaces = match spaces {
                        Some(spaces) => spaces,
                        None => Spaces::of(child.id().ok_or(Refused::Late)?).map_err(refused)?,
                    };
                    let left = left.into_iter().filter_map(told::Listed::socket).collect();
                    Ok(Stage { child, spaces: Arc::new(spaces), left, marks, told })
                }
                Some(Told::NoCommand) => Err(Refused::NoCommand),
                _ => {
                    // `unshare` has failed, or what it has become, and says why.
                    let mut last = String::new();
                    child::lines(stderr, LONGEST_COMPLAINT, |line| last = line.to_owned()).await;
                    Err(Refused::Kernel(last))
                }
            }
        };
        timeout(LONGEST_START, starting).await.unwrap_or(Err(Refused::Late))
    }

    /// The sockets that an earlier run has left: no program of this one had started.
    pub fn left(&self) -> &[Socket] {
        &self.left
    }

    /// Where it is.
    pub fn spaces(&self) -> &Arc<Spaces> {
        &self.spaces
    }

    /// What is seen next; `None` when the stage has ended. Nothing is lost if this future is dropped.
    pub async fn next(&mut self) -> Option<Seen> {
        Some(match next(&mut self.told).await? {
            Told::Packet(packet) => Seen::Packet(packet),
            Told::Full => Seen::Full,
            Told::Lost(count) => Seen::Lost(count),
            Told::Sockets { at, sockets } => {
                let sockets = sockets.into_iter().filter_map(told::Listed::socket);
                Seen::Sockets(Duration::from_nanos(at), sockets.collect())
            }
            Told::Unseen => Seen::Unseen,
            Told::Marks(count) => Seen::Marks(count),
            Told::Ready(_) | Told::NoCommand => return None,
        })
    }

    /// Puts a mark into what is told: what comes before it was seen before now, in the case of packets all of it.
    ///
    /// # Errors
    ///
    /// The stage has ended.
    pub async fn mark(&mut self) -> io::Result<()> {
        self.marks.write_all(b"\n").await
    }

    /// Ends it. Programs that are still in it keep their network.
    pub async fn close(mut self) {
        let now = watch::Sender::new(true);
        // It has ended in any case.
        let _ = self.child.end(&mut now.subscribe()).await;
    }
}

async fn next(told: &mut Lines<BufReader<ChildStdout>>) -> Option<Told> {
    serde_json::from_str(&told.next_line().await.ok()??).ok()
}

/// All TCP sockets of this machine; `None` where the kernel lists none.
pub fn sockets() -> Option<Vec<Socket>> {
    #[cfg(target_os = "linux")]
    return looks::list();
    #[cfg(not(target_os = "linux"))]
    None
}

/// `book stage`: is the stage of the server that the words name.
///
/// # Errors
///
/// There is no namespace to be had.
pub fn run(words: &[OsString]) -> Result<(), Failure> {
    #[cfg(target_os = "linux")]
    return inside::run(words);
    #[cfg(not(target_os = "linux"))]
    {
        let _ = words;
        Err(Failure::new("cannot make a stage", Refused::NotLinux))
    }
}

/// The time since some moment that is the same for all processes.
pub fn clock() -> Duration {
    #[cfg(target_os = "linux")]
    {
        let now = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
        Duration::try_from(now).unwrap_or_default()
    }
    #[cfg(not(target_os = "linux"))]
    Duration::ZERO
}

/// What [`clock`] shows at a moment.
pub fn clock_at(moment: Instant) -> Duration {
    clock().saturating_sub(moment.elapsed())
}
