use crate::check::{Broken, Outcome};
use crate::program::Program;
use crate::run::Run;

/// Of what a program may be given less while it runs: getrlimit(2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// `ulimit -n`.
    Descriptors,
    /// `ulimit -v`: a thread needs addresses for its stack.
    Addresses,
}

impl Run {
    /// From now on the program gets no more than this; what it has, it keeps. (Linux)
    pub fn limit(&mut self, program: &Program, limit: Limit, most: u64) -> Outcome {
        let what = match limit {
            Limit::Descriptors => "descriptors",
            Limit::Addresses => "bytes of addresses",
        };
        self.trace.step(format!("limit the program to {most} {what}"));
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
        Limit::Addresses => Resource::As,
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
