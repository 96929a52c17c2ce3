//! Of what a process may be given no more while it runs: getrlimit(2).

use std::io;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rlimit {
    /// `ulimit -n`.
    Descriptors,
    /// `ulimit -v`, which leaves no room for the stack of one more thread.
    Threads,
}

/// As many descriptors as a suite needs: a thousand clients come together, to several programs side by side.
#[cfg(unix)]
const DESCRIPTORS: u64 = 8192;

/// Takes them where a shell gives fewer, as most do: 1024 on Linux, 256 on macOS. What it gives is the
/// soft limit, which a program may raise to the hard one. Where that is too low or the system refuses, the
/// check that runs out of them says so.
pub(crate) fn take_descriptors() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, getrlimit, setrlimit};
        let mut limits = getrlimit(Resource::Nofile);
        if limits.current.is_some_and(|current| current < DESCRIPTORS) {
            limits.current = Some(limits.maximum.unwrap_or(DESCRIPTORS).min(DESCRIPTORS));
            let _ = setrlimit(Resource::Nofile, limits);
        }
    }
}

/// From now on the process may have this much, or as much as this one may.
#[cfg(target_os = "linux")]
pub(crate) fn set(process: u32, rlimit: Rlimit, most: Option<u64>) -> io::Result<()> {
    use rustix::process::{Pid, Resource, getrlimit, prlimit};
    let resource = match rlimit {
        Rlimit::Descriptors => Resource::Nofile,
        Rlimit::Threads => Resource::As,
    };
    // The hard limit stays, or only the privileged could lift the other one again.
    let mut limits = getrlimit(resource);
    limits.current = most.or(limits.current);
    Ok(prlimit(Pid::from_raw(process.cast_signed()), resource, limits).map(drop)?)
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn set(_: u32, _: Rlimit, _: Option<u64>) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Gives each process of this group that may have `from` descriptors `to` of them, where its hard limit lets it.
/// Returns how many have got them. (Linux)
pub(crate) fn change_descriptors(group: u32, from: u64, to: u64) -> usize {
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{Pid, Resource, Rlimit, prlimit};
        let may = |process: &u32| {
            let (soft, hard) = descriptors_of(*process)?;
            let limits = Rlimit { current: Some(to), maximum: Some(hard) };
            let is_due = soft == from && to <= hard;
            is_due.then_some(())?;
            prlimit(Pid::from_raw(process.cast_signed()), Resource::Nofile, limits).ok()
        };
        super::process::processes_in_group(group).filter(|process| may(process).is_some()).count()
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = (group, from, to);
        0
    }
}

/// The soft and the hard limit on descriptors, where there are both: `/proc/PID/limits` (proc(5)).
#[cfg(target_os = "linux")]
fn descriptors_of(process: u32) -> Option<(u64, u64)> {
    let limits = std::fs::read_to_string(format!("/proc/{process}/limits")).ok()?;
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    let mut numbers = line.split_whitespace().map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

/// The number that the next descriptor of the process gets: the lowest that is free.
pub(crate) fn next_descriptor(process: u32) -> u64 {
    let used =
        |number: &u64| std::fs::exists(format!("/proc/{process}/fd/{number}")).unwrap_or(false);
    (0..).find(|number| !used(number)).expect("some number is free")
}
