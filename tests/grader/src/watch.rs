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

use rustix::process::{Pid, Signal, kill_process, kill_process_group};

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
    /// The program's own process, whose number is that of its process group.
    first: i32,
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
    let (first, output) = (child.id() as i32, Arc::clone(output));
    watch.programs.insert(number, Watched { first, limits, output });
    watch.known.insert(first, Some(Member { program: number, began: None }));
    BEGUN.notify_one();
}

/// Kills all that belongs to a program, and waits until there is nobody left.
pub(crate) fn kill(number: Number) {
    let end = Instant::now() + DYING;
    let mut killed = HashSet::new();
    while Instant::now() < end {
        match lock().kill_those_there(number, &mut killed) {
            Left::Nobody => return,
            Left::New => {}
            Left::Dying => thread::sleep(Duration::from_millis(1)),
        }
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

/// What a look at a program's processes has found.
#[derive(PartialEq, Eq)]
enum Left {
    Nobody,
    /// Only those that have been killed before.
    Dying,
    New,
}

impl Watch {
    fn enforce_limits(&mut self) {
        let processes = self.look();
        let mut too_much = Vec::new();
        for (&number, Watched { limits, output, .. }) in &self.programs {
            let its = || processes.iter().filter(|(program, _)| *program == number);
            let memory: u64 = its().map(|(_, process)| process.memory).sum();
            let threads: usize = its().map(|(_, process)| process.threads).sum();
            let reason = if memory > limits.memory {
                format!("it took more than {} MiB of memory", limits.memory >> 20)
            } else if its().count() > limits.processes {
                format!("it ran more than {} processes at the same time", limits.processes)
            } else if threads > limits.threads {
                format!("it ran more than {} threads at the same time", limits.threads)
            } else {
                continue;
            };
            output.cut_off(reason);
            too_much.push(number);
        }
        for number in too_much {
            // Until no new ones appear. It is looked at again, if they are slow to die.
            let end = Instant::now() + DYING;
            let mut killed = HashSet::new();
            while self.kill_those_there(number, &mut killed) == Left::New && Instant::now() < end {}
        }
    }

    /// One round against a program that may start others as fast as they are killed.
    fn kill_those_there(&mut self, number: Number, killed: &mut HashSet<i32>) -> Left {
        let found = self.look();
        let its =
            || found.iter().filter(|(program, _)| *program == number).map(|(_, process)| process);
        let first = self.programs.get(&number).map(|program| program.first);
        // The group in one call, in which it cannot grow. While its first process is there, if only as
        // a zombie, no other group can have this number.
        if let Some(first) =
            its().find(|process| Some(process.id) == first && process.group == process.id)
        {
            let _ = kill_process_group(pid(first.id), Signal::KILL);
        }
        let mut left = Left::Nobody;
        for process in its().filter(|process| !process.is_over()) {
            let _ = kill_process(pid(process.id), Signal::KILL);
            if killed.insert(process.id) {
                left = Left::New;
            } else if left == Left::Nobody {
                left = Left::Dying;
            }
        }
        left
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
            left=$(grep -lsz "^$1" /proc/[0-9]*/environ) || exit
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
