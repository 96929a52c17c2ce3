use std::collections::BTreeMap;
use std::fmt::Display;
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::judge::perform;
use crate::spawn::spawn;
use crate::subject::{PYTHON, found_on_path};
use crate::{Run, Subject, trace};

/// Whether the demand is met; if not, how it is broken.
pub type Outcome<T = ()> = Result<T, Broken>;

/// What the step that failed expected, and what it got.
#[derive(Debug)]
pub struct Broken {
    pub expected: String,
    pub got: String,
    /// Where in the text of `got` the first wrong byte stands.
    pub(crate) caret: Option<Caret>,
}

/// A mark under a line of a report.
#[derive(Debug)]
pub(crate) struct Caret {
    /// Counted from 0, in the columns of a terminal.
    pub column: usize,
    pub says: String,
}

impl Broken {
    pub fn new(expected: impl Display, got: impl Display) -> Broken {
        trace::broken();
        Broken { expected: expected.to_string(), got: got.to_string(), caret: None }
    }
}

/// One demand on a program, or one statement about TCP that an experiment shows.
#[derive(Clone, Copy)]
pub struct Check {
    pub id: &'static str,
    /// One sentence: what is demanded, or what is shown.
    pub demands: &'static str,
    /// A question that leads towards the answer.
    pub hint: &'static str,
    /// The page and section of the book that explain it.
    pub section: &'static str,
    pub needs: Needs,
    pub run: fn(&mut Run) -> Outcome,
}

/// What a machine must have for a check to run. Where it is missing, the check is listed as ignored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    Nothing,
    Linux,
    Unix,
    /// A system that keeps ports below 1024 for the privileged, and a way to be without privilege.
    PrivilegedPorts,
    /// The program of another lesson.
    Lesson(&'static str),
    /// A program on the PATH.
    Program(&'static str),
    /// `python3` on the PATH, of version 3.N at least.
    Python(u8),
    /// Linux, and a program on the PATH.
    LinuxAnd(&'static str),
    /// Linux, and a tool that is there and may do its work: its command line, tried out, ends with
    /// exit code 0.
    LinuxAndRight(&'static [&'static str]),
    /// Linux's network namespaces, for [`Run::network`]: the program `ip`, and the right to make them.
    Network,
    /// The same, and a kernel that loses and delays packets when it is told to: `tc`, with netem.
    Netem,
}

/// Begins the description of a check.
pub const fn check(id: &'static str, run: fn(&mut Run) -> Outcome) -> Check {
    Check { id, demands: "", hint: "", section: "", needs: Needs::Nothing, run }
}

impl Check {
    pub const fn demands(mut self, sentence: &'static str) -> Check {
        self.demands = sentence;
        self
    }

    pub const fn hint(mut self, question: &'static str) -> Check {
        self.hint = question;
        self
    }

    pub const fn section(mut self, section: &'static str) -> Check {
        self.section = section;
        self
    }

    pub const fn needs(mut self, needs: Needs) -> Check {
        self.needs = needs;
        self
    }

    /// Runs the check on a program by itself, outside of a lesson; the error is its report.
    pub fn judge(&self, subject: &Subject, patience: Duration) -> Result<(), String> {
        perform(self, Some(subject), patience).map_err(|report| report.to_string())
    }
}

impl Needs {
    /// What is missing here, in words for the list of tests; `None` if the check can run.
    pub fn missing(self) -> Option<String> {
        match self {
            Needs::Network => crate::network::missing(),
            Needs::Netem => crate::network::netem_missing(),
            Needs::Linux if !cfg!(target_os = "linux") => Some("needs Linux".into()),
            Needs::Unix if !cfg!(unix) => Some("needs Unix".into()),
            Needs::PrivilegedPorts if !privileged_ports() => Some("needs privileged ports".into()),
            Needs::Lesson(name) if !Subject::built(name).exists() => {
                Some(format!("needs cargo build -p {name}"))
            }
            Needs::Python(minor) if PYTHON.as_ref().is_none_or(|python| python.minor < minor) => {
                Some(format!("needs python3 ≥ 3.{minor}"))
            }
            Needs::LinuxAnd(_) | Needs::LinuxAndRight(_) if !cfg!(target_os = "linux") => {
                Some("needs Linux".into())
            }
            Needs::Program(name) | Needs::LinuxAnd(name) if !on_path(name) => {
                Some(format!("needs {name}"))
            }
            Needs::LinuxAndRight(line) if !on_path(line[0]) => Some(format!("needs {}", line[0])),
            Needs::LinuxAndRight(line) if !succeeds(line) => {
                Some(format!("needs the right to {}", line.join(" ")))
            }
            _ => None,
        }
    }
}

fn privileged_ports() -> bool {
    let first = std::fs::read_to_string("/proc/sys/net/ipv4/ip_unprivileged_port_start");
    let kept = first.is_ok_and(|first| keeps_ports(&first));
    #[cfg(unix)]
    return can_be_without(kept, rustix::process::geteuid().is_root(), on_path("setpriv"));
    #[cfg(not(unix))]
    kept
}

/// Whether the ports that the checks ask for, 7 and below, are for the privileged: the first that is not, as
/// Linux says it.
fn keeps_ports(first: &str) -> bool {
    first.trim().parse().is_ok_and(|first: u16| first > 7)
}

/// Whether there is something that a program can be denied.
#[cfg(unix)]
fn can_be_without(kept: bool, root: bool, setpriv: bool) -> bool {
    kept && (!root || setpriv)
}

/// Tried once: many checks need the same.
fn succeeds(line: &[&str]) -> bool {
    static TRIED: Mutex<BTreeMap<String, bool>> = Mutex::new(BTreeMap::new());
    let mut tried = TRIED.lock().unwrap_or_else(PoisonError::into_inner);
    *tried.entry(line.join(" ")).or_insert_with(|| {
        let mut command = Command::new(line[0]);
        command.args(&line[1..]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        spawn(&mut command).and_then(|mut child| child.wait()).is_ok_and(|status| status.success())
    })
}

fn on_path(program: &str) -> bool {
    found_on_path(program).is_some()
}

/// What came in place of what was demanded, for unit tests.
#[cfg(test)]
pub(crate) fn got<T>(outcome: Outcome<T>) -> String {
    outcome.err().map_or("what it wanted".into(), |broken| broken.got)
}

#[cfg(test)]
mod tests {
    use super::Needs;

    #[test]
    fn what_is_there_is_not_missing() {
        assert_eq!(Needs::Nothing.missing(), None);
        assert_eq!(Needs::Program("cargo").missing(), None);
        let linux = [Needs::Linux, Needs::LinuxAnd("cargo"), Needs::LinuxAndRight(&["true"])];
        for needs in linux {
            assert_eq!(needs.missing().is_none(), cfg!(target_os = "linux"), "{needs:?}");
        }
        assert_eq!(Needs::Unix.missing().is_none(), cfg!(unix));
        // This program lies one level below those of the lessons.
        let this = std::env::current_exe().unwrap();
        let this = format!("deps/{}", this.file_stem().unwrap().to_str().unwrap());
        assert_eq!(Needs::Lesson(this.leak()).missing(), None);
    }

    #[test]
    fn what_is_not_there_is_missing() {
        let said = |needs: Needs| needs.missing().unwrap_or_default();
        assert_eq!(said(Needs::Program("no-such-tool")), "needs no-such-tool");
        assert_eq!(said(Needs::Lesson("lesson99")), "needs cargo build -p lesson99");
        assert_eq!(said(Needs::Python(255)), "needs python3 ≥ 3.255");
        if cfg!(target_os = "linux") {
            assert_eq!(said(Needs::LinuxAnd("no-such-tool")), "needs no-such-tool");
            assert_eq!(said(Needs::LinuxAndRight(&["no-such-tool", "-x"])), "needs no-such-tool");
            assert_eq!(said(Needs::LinuxAndRight(&["false", "-x"])), "needs the right to false -x");
        }
    }

    #[test]
    fn the_python_that_is_there_is_new_enough_for_itself() {
        let Some(python) = &*super::PYTHON else { return };
        assert_eq!(Needs::Python(python.minor).missing(), None);
        assert_eq!(Needs::Python(python.minor - 1).missing(), None);
        assert!(Needs::Python(python.minor + 1).missing().is_some());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn ports_are_privileged_where_not_everybody_gets_them() {
        use super::{can_be_without, keeps_ports};
        assert!(keeps_ports("1024\n") && keeps_ports("8\n"));
        assert!(!keeps_ports("7\n") && !keeps_ports("0\n") && !keeps_ports("none"));
        assert!(can_be_without(true, false, false) && can_be_without(true, true, true));
        assert!(!can_be_without(true, true, false) && !can_be_without(false, false, true));
        // What the kernel says to somebody who asks for such a port.
        let kept = match std::net::TcpListener::bind(("127.0.0.1", 7)) {
            Err(why) if why.kind() == std::io::ErrorKind::PermissionDenied => true,
            _ => {
                let first = "/proc/sys/net/ipv4/ip_unprivileged_port_start";
                let kept = keeps_ports(&std::fs::read_to_string(first).unwrap_or_default());
                kept && rustix::process::geteuid().is_root() && super::on_path("setpriv")
            }
        };
        let missing = Needs::PrivilegedPorts.missing();
        assert_eq!(missing, (!kept).then(|| "needs privileged ports".into()));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn there_is_a_network_where_namespaces_can_be_made() {
        assert_eq!(Needs::Network.missing(), crate::network::missing());
        assert_eq!(Needs::Netem.missing(), crate::network::netem_missing());
        let root = rustix::process::geteuid().is_root();
        assert!(root || Needs::Network.missing().is_some(), "only root can make them");
    }
}
