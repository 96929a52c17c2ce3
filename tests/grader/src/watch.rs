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
    use std::process::{Child, Command, Stdio};
    use std::sync::Arc;
    use std::time::Instant;

    use super::{FIGHT, MARK, Member, STALE, Watcher, lock, too_much};
    use crate::doing::has_ended;
    use crate::limits::Limits;
    use crate::patience::must_pass;
    use crate::processes::{Process, variable};
    use crate::program::{Program, shell};
    use crate::spawn::spawn;
    use crate::trace::Trace;

    /// A shell that has started another process, in a session of its own, and says its number.
    fn with_another(trace: &Trace) -> (Program, u32) {
        let mut program = shell("setsid sleep 1000 >/dev/null 2>&1 & echo $!; read go", trace);
        let other = program.line("the other's number", |_| true).unwrap();
        (program, other.trim().parse().unwrap())
    }

    /// Waits until the watcher knows whether the program has others.
    fn has_others(trace: &Trace, program: &Program, others: bool) {
        let seen = || {
            let programs = lock();
            let mut watched = programs.values();
            let its = watched.find(|one| Arc::ptr_eq(&one.output, &program.output));
            its.is_some_and(|its| its.has_others == others).then_some(())
        };
        trace.until(&"the watcher knows what runs", seen).unwrap();
    }

    #[test]
    fn all_are_gone_when_a_program_is_dropped() {
        let trace = Trace::new(must_pass());
        let (program, other) = with_another(&trace);
        has_others(&trace, &program, true);
        let begun = Instant::now();
        drop(program);
        // On a machine that lets the watcher wait for so long, others end later.
        assert!(has_ended(other) || begun.elapsed() >= FIGHT);
    }

    #[test]
    fn what_is_seen_too_late_is_ended_in_a_moment() {
        let trace = Trace::new(must_pass());
        let (program, other) = with_another(&trace);
        // Whether or not the watcher has looked.
        drop(program);
        trace.until(&"its end", || has_ended(other).then_some(())).unwrap();
    }

    #[test]
    fn a_program_that_starts_no_other_is_alone() {
        let trace = Trace::new(must_pass());
        let mut program = shell("(exec true); echo alone; read go", &trace);
        program.says("alone").unwrap();
        has_others(&trace, &program, false);
        let (watched, _) = with_another(&trace);
        has_others(&trace, &watched, true);
        has_others(&trace, &program, false);
    }

    /// A process that ends with its input, started with a mark or without.
    struct Cat(Child);

    impl Cat {
        fn marked(mark: Option<&str>) -> Cat {
            let mut command = Command::new("cat");
            command.env_remove(MARK).stdin(Stdio::piped());
            command.envs(mark.map(|mark| (MARK, mark)));
            let cat = Cat(spawn(&mut command).unwrap());
            // The environment may not be in place yet when `spawn` returns.
            let in_place = || (variable(cat.id(), MARK).as_deref() == mark).then_some(());
            Trace::new(must_pass()).until(&"its mark", in_place).unwrap();
            cat
        }

        fn id(&self) -> i32 {
            self.0.id().cast_signed()
        }
    }

    impl Drop for Cat {
        fn drop(&mut self) {
            drop(self.0.stdin.take());
            let _ = self.0.wait();
        }
    }

    /// Whose the process is, by the next look.
    fn owner(watcher: &mut Watcher, process: i32) -> Option<u64> {
        let found = watcher.look();
        found.into_iter().find(|(_, found)| found.id == process).map(|(program, _)| program)
    }

    #[test]
    fn a_process_is_known_by_its_mark_and_another_test_looks_after_its_own() {
        let this = std::process::id();
        let ours = Cat::marked(Some(&format!("{this}.123456")));
        assert_eq!(owner(&mut Watcher::default(), ours.id()), Some(123456));
        let others = Cat::marked(Some(&format!("{}.123457", this + 1)));
        assert_eq!(owner(&mut Watcher::default(), others.id()), None);
    }

    #[test]
    fn who_has_no_mark_has_relatives() {
        let member = Member { program: 7, began: 0 };
        let mut process = Process::of(std::process::id().cast_signed()).unwrap();
        (process.parent, process.group, process.session) = (-1, -2, -3);
        for id in [-1, -2, -3] {
            let watcher = Watcher { known: [(id, Some(member))].into(), looked: None };
            assert_eq!(watcher.relative(&process).map(|member| member.program), Some(7), "{id}");
        }
        let watcher = Watcher { known: [(-4, Some(member)), (-1, None)].into(), looked: None };
        assert!(watcher.relative(&process).is_none());
    }

    #[test]
    fn a_younger_process_with_the_same_number_is_another() {
        let cat = Cat::marked(None);
        let began = Process::of(cat.id()).unwrap().began;
        let known = |began| [(cat.id(), Some(Member { program: 7, began }))].into();
        let owner = |began| owner(&mut Watcher { known: known(began), looked: None }, cat.id());
        assert_eq!(owner(began), Some(7));
        assert_eq!(owner(began - 1), None);
    }

    #[test]
    fn a_stranger_is_looked_at_again_after_a_while_and_a_child_always() {
        let cat = Cat::marked(None);
        let mut watcher = Watcher::default();
        let parent = std::os::unix::process::parent_id().cast_signed();
        watcher.look();
        assert!(watcher.known.get(&parent).is_some_and(Option::is_none), "no program's");
        assert!(!watcher.known.contains_key(&cat.id()), "it may be about to get its mark");

        let ours = Cat::marked(Some(&format!("{}.123458", std::process::id())));
        let now = Instant::now();
        // However long this test is stopped.
        let just_now = now + 1000 * STALE;
        for (looked, program) in [(just_now, None), (now - 2 * STALE, Some(123458))] {
            let mut watcher = Watcher { known: [(ours.id(), None)].into(), looked: Some(looked) };
            assert_eq!(owner(&mut watcher, ours.id()), program);
        }
    }

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
