//! One thread watches all programs under test, with all that they start. (Linux)
//!
//! A process belongs to a program if it has the program's mark in its environment, which all inherit
//! and few clear; or if its parent, its process group or its session does. So it does not help to leave
//! the group or the parent.

use std::collections::{HashMap, HashSet};
use std::os::unix::process::CommandExt;
use std::process::{ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, LazyLock, Mutex, MutexGuard, Once, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::limits::Limits;
use crate::output::Output;
use crate::processes::{self, Process};
use crate::spawn::spawn;

/// Tells the programs of this test process apart.
pub(crate) type Number = u64;

/// The variable with a program's mark: `TEST_PROCESS.NUMBER`.
const MARK: &str = "GRADER_PROGRAM";

/// How often the watcher looks. In this time a program may take some hundred MiB more.
const INTERVAL: Duration = Duration::from_millis(50);

/// After so long without a look, a number may be another process's.
const STALE: Duration = Duration::from_secs(1);

/// How long to fight a program that starts others as fast as they are stopped, and how long to wait for
/// the end of those that have been killed.
const FIGHT: Duration = Duration::from_secs(5);

#[derive(Clone)]
struct Watched {
    limits: Limits,
    output: Arc<Output>,
    /// Whether the last look has found more than its first process.
    has_others: bool,
    /// Whether all that belongs to it is to be killed.
    is_over: bool,
    /// Whether somebody waits for that.
    is_awaited: bool,
}

type Programs = HashMap<Number, Watched>;

static PROGRAMS: LazyLock<Mutex<Programs>> = LazyLock::new(Mutex::default);

/// A program has begun, its end is awaited, or all that belonged to it has gone.
static CHANGED: Condvar = Condvar::new();

/// Marks a program that is about to be started, and all that it will start.
pub(crate) fn mark(command: &mut Command) -> Number {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    command.env(MARK, format!("{}.{number}", std::process::id()));
    number
}

/// Watches a program that has been started.
pub(crate) fn begin(number: Number, limits: Limits, output: &Arc<Output>) {
    static STARTED: Once = Once::new();
    STARTED.call_once(|| {
        thread::spawn(|| Watcher::default().watch());
        keep();
    });
    let output = Arc::clone(output);
    let (has_others, is_over, is_awaited) = (false, false, false);
    lock().insert(number, Watched { limits, output, has_others, is_over, is_awaited });
    CHANGED.notify_all();
}

/// Has all that belongs to a program killed in a moment: its end must cost the many that start no others
/// next to nothing.
pub(crate) fn end(number: Number) {
    if let Some(program) = lock().get_mut(&number) {
        program.is_over = true;
    }
}

/// Has the others killed now, and waits for their end, if the program is known to have started any.
pub(crate) fn end_others(number: Number) {
    let mut programs = lock();
    let Some(program) = programs.get_mut(&number).filter(|program| program.has_others) else {
        return;
    };
    (program.is_over, program.is_awaited) = (true, true);
    CHANGED.notify_all();
    drop(CHANGED.wait_timeout_while(programs, FIGHT, |all| all.contains_key(&number)));
}

fn lock() -> MutexGuard<'static, Programs> {
    PROGRAMS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What the watching thread knows.
#[derive(Default)]
struct Watcher {
    /// The processes of this machine; `None` if one is no program's.
    known: HashMap<i32, Option<Member>>,
    looked: Option<Instant>,
}

/// A process that belongs to a program.
#[derive(Clone, Copy)]
struct Member {
    program: Number,
    /// Tells it from a younger process with the same number.
    began: u64,
}

impl Watcher {
    fn watch(mut self) {
        loop {
            let programs = CHANGED.wait_while(lock(), |programs| programs.is_empty());
            // Not under the lock: whoever starts a program need not wait for this.
            let programs = programs.unwrap_or_else(PoisonError::into_inner).clone();
            let found = self.look();
            for (number, program) in programs {
                self.judge(number, &program, &found);
            }
            // At once only if somebody waits; but not without a pause for those that are dying.
            thread::sleep(Duration::from_millis(1));
            let patient = |programs: &mut Programs| !programs.values().any(|one| one.is_awaited);
            drop(CHANGED.wait_timeout_while(lock(), INTERVAL, patient));
        }
    }

    fn judge(&mut self, number: Number, program: &Watched, found: &[(Number, Process)]) {
        let its = || found.iter().filter(|(its, _)| *its == number).map(|(_, process)| process);
        let alive = its().filter(|process| !process.is_over()).count();
        if program.is_over && alive == 0 {
            lock().remove(&number);
            CHANGED.notify_all();
            return;
        }
        if let Some(program) = lock().get_mut(&number) {
            program.has_others = alive > 1;
        }
        if !program.is_over
            && let Some(reason) = too_much(its(), &program.limits)
        {
            program.output.cut_off(reason);
        }
        if program.is_over || program.output.why_cut_off().is_some() {
            self.kill(number);
        }
    }

    fn kill(&mut self, number: Number) {
        // First all are stopped, until no new ones are found. A process that is stopped starts no
        // other, and remains the parent of those that it has started.
        let end = Instant::now() + FIGHT;
        let mut stopped = HashSet::new();
        let its = loop {
            let found = self.look().into_iter().filter(|(program, _)| *program == number);
            let its: Vec<Pid> = found
                .filter(|(_, process)| !process.is_over())
                .filter_map(|(_, process)| Pid::from_raw(process.id))
                .collect();
            let before = stopped.len();
            for process in &its {
                if stopped.insert(*process) {
                    let _ = kill_process(*process, Signal::STOP);
                }
            }
            if stopped.len() == before || Instant::now() > end {
                break its;
            }
        };
        for process in its {
            let _ = kill_process(process, Signal::KILL);
        }
    }

    /// All processes that belong to a program.
    fn look(&mut self) -> Vec<(Number, Process)> {
        let now = Instant::now();
        if self.looked.is_some_and(|looked| now - looked > STALE) {
            self.known.retain(|_, member| member.is_some());
        }
        self.looked = Some(now);

        let before = std::mem::take(&mut self.known);
        let mut found = Vec::new();
        let mut strangers = Vec::new();
        for id in processes::all() {
            let known = before.get(&id).copied();
            if known.is_some_and(|member| member.is_none()) {
                self.known.insert(id, None);
                continue;
            }
            let Some(process) = Process::of(id) else { continue };
            let member = known.flatten().filter(|member| member.began == process.began);
            match member.map(|member| member.program).or_else(|| marked(id)) {
                Some(program) => self.is_found(program, process, &mut found),
                None => strangers.push(process),
            }
        }
        // Those that have cleared their environment have relatives, who may be among them.
        loop {
            let count = strangers.len();
            for process in std::mem::take(&mut strangers) {
                match self.relative(&process) {
                    Some(member) => self.is_found(member.program, process, &mut found),
                    None => strangers.push(process),
                }
            }
            if strangers.len() == count {
                break;
            }
        }
        // A child of this process may be about to get its mark.
        strangers.retain(|process| process.parent.cast_unsigned() != std::process::id());
        self.known.extend(strangers.iter().map(|process| (process.id, None)));
        found
    }

    fn is_found(&mut self, program: Number, process: Process, found: &mut Vec<(Number, Process)>) {
        self.known.insert(process.id, Some(Member { program, began: process.began }));
        found.push((program, process));
    }

    fn relative(&self, process: &Process) -> Option<Member> {
        let relatives = [process.parent, process.group, process.session];
        relatives.iter().find_map(|id| self.known.get(id).copied().flatten())
    }
}

fn too_much<'a>(
    processes: impl Iterator<Item = &'a Process> + Clone,
    limits: &Limits,
) -> Option<String> {
    // The processes first: memory that they share is counted for each.
    if processes.clone().count() > limits.processes {
        return Some(format!("it ran more than {} processes at the same time", limits.processes));
    }
    if processes.clone().map(|process| process.threads).sum::<usize>() > limits.threads {
        return Some(format!("it ran more than {} threads at the same time", limits.threads));
    }
    let memory: u64 = processes.map(|process| process.memory).sum();
    (memory > limits.memory)
        .then(|| format!("it took more than {} MiB of memory", limits.memory >> 20))
}

/// The program whose mark a process has.
fn marked(process: i32) -> Option<Number> {
    let mark = processes::variable(process, MARK)?;
    let (test, number) = mark.split_once('.')?;
    // Another test process looks after its own.
    (test == std::process::id().to_string()).then(|| number.parse().ok())?
}

/// Starts a shell that outlives this process, in whatever way it ends (Ctrl-C, SIGKILL), and then kills
/// the programs that are left.
fn keep() {
    // Its input ends when this process does.
    const KEEPER: &str = r#"
        read -r end
        for round in $(seq 100); do
            left=$(grep -lsz "^$1" /proc/[0-9]*/environ)
            [ -n "$left" ] || exit
            for file in $left; do file=${file%/environ}; kill -9 "${file##*/}"; done
        done"#;
    static INPUT: Mutex<Option<ChildStdin>> = Mutex::new(None);
    let mut keeper = Command::new("sh");
    keeper.args(["-c", KEEPER, "sh", &format!("{MARK}={}\\.", std::process::id())]);
    keeper.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    keeper.env_remove(MARK).process_group(0);
    // Without it all is well as long as this process is not ended by others.
    let input = spawn(&mut keeper).ok().and_then(|mut keeper| keeper.stdin.take());
    *INPUT.lock().unwrap_or_else(PoisonError::into_inner) = input;
}

#[cfg(test)]
mod tests {
    use super::too_much;
    use crate::limits::Limits;
    use crate::processes::Process;

    #[test]
    fn just_as_much_as_the_limit_is_not_too_much() {
        let id = std::process::id().cast_signed();
        let mut both = [Process::of(id).unwrap(), Process::of(id).unwrap()];
        (both[0].threads, both[1].threads) = (2, 3);
        (both[0].memory, both[1].memory) = (1 << 20, 2 << 20);
        let limits = Limits { processes: 2, threads: 5, memory: 3 << 20, output: 0 };
        assert_eq!(too_much(both.iter(), &limits), None);
        for (limits, more_than) in [
            (Limits { memory: (3 << 20) - 1, ..limits }, "it took more than 2 MiB of memory"),
            (Limits { threads: 4, ..limits }, "it ran more than 4 threads at the same time"),
            (Limits { processes: 1, ..limits }, "it ran more than 1 processes at the same time"),
        ] {
            assert_eq!(too_much(both.iter(), &limits).as_deref(), Some(more_than));
        }
    }
}
