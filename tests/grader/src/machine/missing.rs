use std::collections::BTreeMap;
use std::net::{Ipv6Addr, TcpListener};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};

use super::network;
use super::places::{found_on_path, program_file};
use super::python::PYTHON;
use super::sockets;
use super::spawn::spawn;
use crate::check::Needs;
use crate::words::machine as words;

impl Needs {
    /// What is missing here, in words for the list of tests; `None` if the check can run.
    pub fn missing(self) -> Option<String> {
        match self {
            Needs::Linux if !cfg!(target_os = "linux") => Some(words::needs("Linux")),
            Needs::Unix | Needs::UnixAnd(_) | Needs::Python(_) if !cfg!(unix) => {
                Some(words::needs("Unix"))
            }
            Needs::Usage if !cfg!(any(windows, target_os = "linux")) => {
                Some(words::needs(&words::linux_or_windows()))
            }
            Needs::NotWine if is_wine() => Some(words::needs(&words::not_wine())),
            Needs::Loopbacks if TcpListener::bind(("127.0.0.2", 0)).is_err() => {
                Some(words::needs("127.0.0.2"))
            }
            Needs::Ipv6 if !has_ipv6() => Some(words::needs("IPv6")),
            Needs::PrivilegedPorts if !privileged_ports() => {
                Some(words::needs(&words::privileged_ports()))
            }
            Needs::Lesson(name) if !program_file(name).is_file() => {
                Some(words::needs(&format!("cargo build -p {name}")))
            }
            Needs::Python(minor) if PYTHON.as_ref().is_none_or(|python| python.minor < minor) => {
                Some(words::needs(&format!("python3 ≥ 3.{minor}")))
            }
            Needs::LinuxAnd(_) | Needs::LinuxAndRight(_) if !cfg!(target_os = "linux") => {
                Some(words::needs("Linux"))
            }
            Needs::Linux
            | Needs::Usage
            | Needs::LinuxAnd(_)
            | Needs::LinuxAndRight(_)
            | Needs::Network
            | Needs::Netem
                if sockets::are_hidden() =>
            {
                Some(words::needs(&words::list_of_sockets()))
            }
            Needs::Program("python3") => PYTHON.is_none().then(|| words::needs("python3")),
            Needs::Program(name) | Needs::UnixAnd(name) | Needs::LinuxAnd(name)
                if !on_path(name) =>
            {
                Some(words::needs(name))
            }
            Needs::LinuxAndRight(line) if !on_path(line[0]) => Some(words::needs(line[0])),
            Needs::LinuxAndRight(line) if !succeeds(line) => {
                Some(words::needs(&words::the_right_to(&line.join(" "))))
            }
            Needs::Network => network::missing(),
            Needs::Netem => network::netem_missing(),
            _ => None,
        }
    }
}

/// Whether this machine has an address of IPv6, if only for itself.
pub fn has_ipv6() -> bool {
    TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).is_ok()
}

/// Whether this is Wine, which runs programs for Windows on another system: where it differs from Windows, a check
/// leaves something out.
pub fn is_wine() -> bool {
    #[cfg(windows)]
    return on_windows::is_wine();
    #[cfg(not(windows))]
    false
}

/// Whether there are ports that a program can be denied.
fn privileged_ports() -> bool {
    // Windows denies a program no port for its number ("Windows Sockets Error Codes" has no such reason).
    #[cfg(unix)]
    {
        let first = std::fs::read_to_string("/proc/sys/net/ipv4/ip_unprivileged_port_start");
        let kept = first.is_ok_and(|first| keeps_ports(&first));
        kept && (!rustix::process::geteuid().is_root() || on_path("setpriv"))
    }
    #[cfg(not(unix))]
    false
}

/// Whether the ports that the checks ask for, 7 and below, are for the privileged: the first that is not, as
/// Linux says it.
#[cfg(any(unix, test))]
fn keeps_ports(first: &str) -> bool {
    first.trim().parse().is_ok_and(|first: u16| first > 7)
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

#[cfg(test)]
mod tests {
    use super::Needs;

    /// A need that is taken for missing would hide its checks.
    #[test]
    fn what_is_there_is_not_missing_and_what_is_not_is() {
        let said = |needs: Needs| needs.missing().unwrap_or_default();
        assert_eq!(said(Needs::Nothing), "");
        assert_eq!(said(Needs::Program("cargo")), "");
        assert_eq!(said(Needs::Program("no-such-tool")), "needs no-such-tool");
        assert_eq!(said(Needs::Lesson("lesson99")), "needs cargo build -p lesson99");
        assert_eq!(said(Needs::Python(255)), "needs python3 ≥ 3.255");
        assert_eq!(said(Needs::Unix).is_empty(), cfg!(unix));
        let is_told = cfg!(windows) || cfg!(target_os = "linux") && !super::sockets::are_hidden();
        assert_eq!(said(Needs::Usage).is_empty(), is_told);
        assert_eq!(said(Needs::Ipv6).is_empty(), super::has_ipv6());
        if cfg!(target_os = "linux") {
            assert_eq!(said(Needs::LinuxAnd("cargo")), "");
            assert_eq!(said(Needs::LinuxAnd("no-such-tool")), "needs no-such-tool");
            assert_eq!(said(Needs::LinuxAndRight(&["true"])), "");
            assert_eq!(said(Needs::LinuxAndRight(&["false", "-x"])), "needs the right to false -x");
            assert!(super::keeps_ports("1024\n") && !super::keeps_ports("7\n"));
        }
        // This program is one level below those of the lessons.
        let this = std::env::current_exe().unwrap();
        let this = format!("deps/{}", this.file_stem().unwrap().to_str().unwrap());
        assert_eq!(said(Needs::Lesson(this.leak())), "");
        if let Some(python) = &*super::PYTHON {
            assert_eq!(said(Needs::Python(python.minor)), "");
            assert_ne!(said(Needs::Python(python.minor + 1)), "");
        }
    }
}
