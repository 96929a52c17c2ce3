//! One thread watches all programs under test, with all that they start. (Linux)
//!
//! A process belongs to a program if it has the program's mark in its environment, which all inherit
//! and few clear; or if its parent, its process group or its session does. So it does not help to leave
//! the group or the parent.

use std::collections::{HashMap, HashSet};
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdin, Command, Stdio};
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

/// How often the watcher looks. In this time a program can take some hundred MiB more.
const INTERVAL: Duration = Duration::from_millis(50);

/// After this long without a look, a number may have been given to another process.
const STALE: Duration = Duration::from_secs(1);

/// How long to wait for the end of processes that have been killed.
const DYING: Duration = Duration::from_secs(5);

static WATCH: LazyLock<Mutex<Watch>> = LazyLock::new(Mutex::default);
static BEGUN: Condvar = Condvar::new();

#[derive(Default)]
struct Watch {
    programs: HashMap<Number, Watched>,
    /// What is known of each process; `None` if it is no program's.
    known: HashMap<i32, Option<Member>>,
    looked: Option<Instant>,
}

struct Watched {
    limits: Limits,
    output: Arc<Output>,
}

#[derive(Clone, Copy)]
struct Member {
    program: Number,
    /// Tells it from a younger process with the same number. Not known before the first look.
    began: Option<u64>,
}

/// Marks a program that is about to be started, and all that it will start.
pub(crate) fn mark(command: &mut Command) -> Number {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    command.env(MARK, format!("{}.{number}", std::process::id()));
    number
}

/// Watches a program that has been started.
pub(crate) fn begin(number: Number, child: &Child, limits: Limits, output: &Arc<Output>) {
    static STARTED: Once = Once::new();
    STARTED.call_once(|| {
        thread::spawn(watch_all);
        keep();
    });
    let mut watch = lock();
    watch.programs.insert(number, Watched { limits, output: Arc::clone(output) });
    watch.known.insert(child.id() as i32, Some(Member { program: number, began: None }));
    BEGUN.notify_one();
}

/// Kills all that belongs to a program. Its own process group, if it is given, has been stopped and is
/// left to its owner. Returns whether there is anybody but the program's first process.
pub(crate) fn kill(number: Number, group: Option<Pid>) -> bool {
    lock().kill(number, group.map(|group| group.as_raw_nonzero().get()))
}

/// Waits until all that belongs to a program are gone.
pub(crate) fn await_end(number: Number) {
    let end = Instant::now() + DYING;
    while lock().kill(number, None) && Instant::now() < end {
        thread::sleep(Duration::from_millis(1));
    }
}

/// Watches a program no longer.
pub(crate) fn end(number: Number) {
    lock().programs.remove(&number);
}

fn lock() -> MutexGuard<'static, Watch> {
    WATCH.lock().unwrap_or_else(PoisonError::into_inner)
}

fn watch_all() {
    loop {
        let nobody = |watch: &mut Watch| watch.programs.is_empty();
        let watch = BEGUN.wait_while(lock(), nobody);
        watch.unwrap_or_else(PoisonError::into_inner).enforce_limits();
        thread::sleep(INTERVAL);
    }
}

impl Watch {
    fn enforce_limits(&mut self) {
        let processes = self.look();
        let mut too_much = Vec::new();
        for (&number, Watched { limits, output }) in &self.programs {
            let its = || processes.iter().filter(|(program, _)| *program == number);
            let memory: u64 = its().map(|(_, process)| process.memory).sum();
            let threads: usize = its().map(|(_, process)| process.threads).sum();
            // The processes first: memory that they share is counted for each.
            let reason = if its().count() > limits.processes {
                format!("it ran more than {} processes at the same time", limits.processes)
            } else if threads > limits.threads {
                format!("it ran more than {} threads at the same time", limits.threads)
            } else if memory > limits.memory {
                format!("it took more than {} MiB of memory", limits.memory >> 20)
            } else {
                continue;
            };
            output.cut_off(reason);
            too_much.push(number);
        }
        for number in too_much {
            self.kill(number, None);
        }
    }

    /// See [`kill`].
    fn kill(&mut self, number: Number, group: Option<i32>) -> bool {
        let apart = |process: &Process| Some(process.group) != group;
        // First all are stopped, until no new ones are found. A process that is stopped starts no
        // other, and remains the parent of those that it has started.
        let end = Instant::now() + DYING;
        let mut stopped = HashSet::new();
        let its = loop {
            let mut its = self.look();
            its.retain(|(program, process)| *program == number && !process.is_over());
            let mut new = false;
            for (_, process) in its.iter().filter(|(_, process)| apart(process)) {
                if stopped.insert(process.id) {
                    new = true;
                    let _ = kill_process(pid(process.id), Signal::STOP);
                }
            }
            if !new || Instant::now() > end {
                break its;
            }
        };
        for (_, process) in its.iter().filter(|(_, process)| apart(process)) {
            let _ = kill_process(pid(process.id), Signal::KILL);
        }
        its.iter().any(|(_, process)| Some(process.id) != group)
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
            let member = known
                .flatten()
                .filter(|member| member.began.is_none_or(|began| began == process.began));
            match member.map(|member| member.program).or_else(|| marked(id)) {
                Some(program) => {
                    self.known.insert(id, Some(Member { program, began: Some(process.began) }));
                    found.push((program, process));
                }
                None => strangers.push(process),
            }
        }
        // Without a mark: those that have cleared their environment have relatives, who may be among
        // them.
        loop {
            let count = strangers.len();
            for process in std::mem::take(&mut strangers) {
                let relatives = [process.parent, process.group, process.session];
                let mut known =
                    relatives.iter().filter_map(|id| self.known.get(id).copied().flatten());
                let Some(Member { program, .. }) = known.next() else {
                    strangers.push(process);
                    continue;
                };
                self.known.insert(process.id, Some(Member { program, began: Some(process.began) }));
                found.push((program, process));
            }
            if strangers.len() == count {
                break;
            }
        }
        self.known.extend(strangers.iter().map(|process| (process.id, None)));
        found
    }
}

/// The program whose mark a process has.
fn marked(process: i32) -> Option<Number> {
    let mark = processes::variable(process, MARK)?;
    let (test, number) = mark.split_once('.')?;
    // Another test process looks after its own.
    (test == std::process::id().to_string()).then(|| number.parse().ok())?
}

fn pid(id: i32) -> Pid {
    Pid::from_raw(id).expect("the number of a process is not 0")
}

/// Starts a shell that outlives this process, in whatever way it ends (Ctrl-C, SIGKILL), and then kills
/// the programs that are left.
fn keep() {
    // Its input ends when this process does.
    const KEEPER: &str = r#"
        read -r end
        for round in 1 2 3 4 5 6 7 8 9 10; do
            left=$(grep -lsz "^$1" /proc/[0-9]*/environ)
            [ -n "$left" ] || exit
            for file in $left; do file=${file%/environ}; kill -9 "${file##*/}"; done
        done"#;
    static KEEPER_S_INPUT: Mutex<Option<ChildStdin>> = Mutex::new(None);
    let mut keeper = Command::new("sh");
    keeper.args(["-c", KEEPER, "sh", &format!("{MARK}={}\\.", std::process::id())]);
    keeper.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    keeper.env_remove(MARK).process_group(0);
    // Without it all is well, as long as this process ends by itself.
    let input = spawn(&mut keeper).ok().and_then(|mut keeper| keeper.stdin.take());
    *KEEPER_S_INPUT.lock().unwrap_or_else(PoisonError::into_inner) = input;
}
