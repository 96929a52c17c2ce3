use crate::check::{Broken, Outcome};
use crate::program::Program;
use crate::run::Run;

/// Of what a program may be given no more while it runs: getrlimit(2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// `ulimit -n`.
    Descriptors,
    /// `ulimit -v`, which leaves no room for the stack of one more thread.
    Threads,
}

/// As many descriptors as a suite needs: a thousand clients come at once, to several programs side by side.
#[cfg(unix)]
const DESCRIPTORS: u64 = 8192;

/// Takes them where a shell gives fewer, as most do: 1024 on Linux, 256 on macOS. What it gives is the
/// soft limit, which a program may raise to the hard one (getrlimit(2)). Where that is too low or the system
/// refuses, the check that runs out of them says so.
#[cfg(unix)]
pub(crate) fn take_descriptors() {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limits = getrlimit(Resource::Nofile);
    if limits.current.is_some_and(|current| current < DESCRIPTORS) {
        limits.current = Some(limits.maximum.unwrap_or(DESCRIPTORS).min(DESCRIPTORS));
        let _ = setrlimit(Resource::Nofile, limits);
    }
}

#[cfg(not(unix))]
pub(crate) fn take_descriptors() {}

impl Run {
    /// From now on the program gets no more of this; what it has, it keeps. (Linux)
    pub fn limit(&mut self, program: &Program, limit: Limit) -> Outcome {
        let (what, most) = match limit {
            // The limit is for the descriptor's number, and a new one has the lowest that is free.
            Limit::Descriptors => ("descriptors", {
                let used = |number: &u64| {
                    std::fs::exists(format!("/proc/{}/fd/{number}", program.id())).unwrap_or(false)
                };
                (0..).find(|number| !used(number)).expect("some number is free")
            }),
            Limit::Threads => {
                // A thread that has just begun reserves 128 MiB for its memory and gives half of that back
                // (glibc): in between there would be room for many stacks.
                self.settles(program)?;
                // Some work can still be done, but a stack takes 2 MiB.
                ("threads", program.usage()?.addresses + (1 << 20))
            }
        };
        self.trace.step(format!("the system gives {what} to the program no more"));
        set(program, limit, Some(most))
    }

    /// From now on the program may have as much again as this suite may. (Linux)
    pub fn lift(&mut self, program: &Program, limit: Limit) -> Outcome {
        self.trace.step("lift the limit");
        set(program, limit, None)
    }
}

#[cfg(target_os = "linux")]
fn set(program: &Program, limit: Limit, most: Option<u64>) -> Outcome {
    use rustix::process::{Pid, Resource, getrlimit, prlimit};
    let resource = match limit {
        Limit::Descriptors => Resource::Nofile,
        Limit::Threads => Resource::As,
    };
    // The hard limit stays, or only the privileged could lift the other one again.
    let mut limits = getrlimit(resource);
    limits.current = most.or(limits.current);
    let set = prlimit(Pid::from_raw(program.id() as i32), resource, limits);
    set.map(drop).map_err(|why| Broken::new("the program's limit is set", why))
}

#[cfg(not(target_os = "linux"))]
fn set(_: &Program, _: Limit, _: Option<u64>) -> Outcome {
    Err(Broken::new("the program's limit is set", "not available on this system"))
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::fs;
    use std::path::Path;
    use std::process::{Command, Stdio};

    use rustix::process::{Resource, getrlimit};

    use super::{DESCRIPTORS, Limit, Run, take_descriptors};
    use crate::patience::must_pass;
    use crate::program::Program;
    use crate::spawn::spawn;
    use crate::subject::Subject;
    use crate::trace::Trace;

    /// A shell that does what it is told, and waits for more.
    fn shell() -> (Run, Program) {
        let script = "while read line; do (eval $line) 2>/dev/null || echo failed; done";
        let subject = Subject::tool(&["sh", "-c", script]);
        let mut run = Run::new(Some(&subject), &Trace::new(must_pass()));
        let mut shell = run.start(&[]).unwrap();
        // Its own start takes descriptors and memory.
        shell.types("echo ready\n").unwrap();
        shell.says("ready").unwrap();
        (run, shell)
    }

    /// The row of a process in /proc/PID/limits: the limit that counts.
    fn limit_of(process: &str, row: &str) -> Option<u64> {
        let limits = fs::read_to_string(format!("/proc/{process}/limits")).unwrap();
        let mut rows = limits.lines().filter_map(|line| line.strip_prefix(row));
        rows.next().expect("the row").split_whitespace().next().unwrap().parse().ok()
    }

    /// Run by the other test, in a process of its own.
    #[test]
    fn a_suite_begins() {
        if std::env::var_os("A_SUITE_BEGINS").is_none() {
            return;
        }
        take_descriptors();
        println!("now it is {}.", limit_of("self", "Max open files").unwrap());
    }

    #[test]
    fn a_suite_takes_more_descriptors_than_a_shell_gives() {
        let most = getrlimit(Resource::Nofile).maximum.unwrap_or(u64::MAX);
        for (given, taken) in [(200, DESCRIPTORS.min(most)), (most.min(10_000), most.min(10_000))] {
            let mut shell = Command::new("sh");
            shell.args(["-c", &format!("ulimit -Sn {given}; exec \"$@\""), "sh"]);
            shell.arg(std::env::current_exe().unwrap());
            shell.args(["--exact", "limit::tests::a_suite_begins", "--nocapture"]);
            shell.env("A_SUITE_BEGINS", "1");
            let said = spawn(shell.stdout(Stdio::piped())).unwrap().wait_with_output().unwrap();
            let said = String::from_utf8(said.stdout).unwrap();
            assert!(said.contains(&format!("now it is {taken}.")), "{said}");
        }
    }

    #[test]
    fn descriptors_run_out_and_come_back() {
        let (mut run, mut shell) = shell();
        let limit = |shell: &Program| limit_of(&shell.id().to_string(), "Max open files");
        shell.types("exec 3</dev/null && echo opened\n").unwrap();
        shell.says("opened").unwrap();
        run.limit(&shell, Limit::Descriptors).unwrap();
        // Besides its three it may have inherited some.
        let has = |number: u64| Path::new(&format!("/proc/{}/fd/{number}", shell.id())).exists();
        let limit_now = limit(&shell).expect("a limit");
        assert!(limit_now > 2 && (0..limit_now).all(has) && !has(limit_now), "{limit_now}");
        shell.types("exec 3</dev/null && echo opened\n").unwrap();
        shell.says("failed").unwrap();
        run.lift(&shell, Limit::Descriptors).unwrap();
        assert_eq!(limit(&shell), limit_of("self", "Max open files"));
        shell.types("exec 3</dev/null && echo opened again\n").unwrap();
        shell.says("opened again").unwrap();
    }

    #[test]
    fn there_is_room_for_some_work_but_not_for_a_stack() {
        let (mut run, shell) = shell();
        let limit = |shell: &Program| limit_of(&shell.id().to_string(), "Max address space");
        run.limit(&shell, Limit::Threads).unwrap();
        let room = limit(&shell).expect("a limit") - shell.usage().unwrap().addresses;
        assert!((64 << 10..2 << 20).contains(&room), "{room} bytes");
        run.lift(&shell, Limit::Threads).unwrap();
        assert_eq!(limit(&shell), limit_of("self", "Max address space"));
    }
}
