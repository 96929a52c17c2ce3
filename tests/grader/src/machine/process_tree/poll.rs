//! What belongs to programs, looked for again and again in `/proc`.

use std::collections::HashMap;
use std::fs;
use std::io::ErrorKind;
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, LazyLock, Mutex, MutexGuard, Once, PoisonError};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process, kill_process_group};

use super::super::process::Stat;
use super::{CutOff, Quota, spawn};
use crate::words::{Language, language, speaking};

/// Tells the programs of this test process apart.
pub type Number = u64;

/// The variable with a program's mark: `TEST_PROCESS.NUMBER`.
const MARK: &str = "GRADER_PROGRAM";

/// How often to look. In this time a program may take some hundred MiB more.
const INTERVAL: Duration = Duration::from_millis(50);

struct Polled {
    group: Pid,
    quota: Quota,
    /// Of who is told why it was ended.
    language: Language,
    cut_off: Arc<dyn CutOff>,
    /// Whether all that belongs to it is to be killed.
    is_over: bool,
    /// How many looks in a row have found nothing of it.
    found_nothing: u8,
    /// The processes of the last look besides the first one, with those that have ended and aren't waited for.
    others: Vec<u32>,
}

/// So many looks without a process of a program say that nothing is left of it. In one alone, a process
/// may have handed over to another that was not there yet when the look began.
const ENOUGH: u8 = 2;

/// When this process was started: field 22 of its `stat`.
static STARTED: LazyLock<Option<u64>> =
    LazyLock::new(|| Stat::of_process(std::process::id())?.field(22));

static PROGRAMS: Mutex<Vec<(Number, Polled)>> = Mutex::new(Vec::new());

/// A program has begun.
static BEGUN: Condvar = Condvar::new();

/// Marks a program that is about to be started, and all that it will start.
pub fn mark(command: &mut Command) -> Number {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    command.env(MARK, format!("{}.{number}", std::process::id()));
    number
}

pub fn begin(number: Number, child: &Child, quota: Quota, cut_off: Arc<dyn CutOff>) {
    static STARTED: Once = Once::new();
    STARTED.call_once(|| {
        thread::spawn(poll);
        keep();
    });
    let group = Pid::from_child(child);
    let (language, is_over, found_nothing, others) = (language(), false, 0, Vec::new());
    let program = Polled { group, quota, language, cut_off, is_over, found_nothing, others };
    lock().push((number, program));
    BEGUN.notify_all();
}

/// Has all that belongs to a program killed at the next look.
pub fn end(number: Number) {
    if let Some((_, program)) = lock().iter_mut().find(|(its, _)| *its == number) {
        program.is_over = true;
    }
}

/// The processes that a program has started and that are still there, at the last look.
pub fn others(number: Number) -> Vec<u32> {
    let programs = lock();
    let program = programs.iter().find(|(its, _)| *its == number);
    program.map(|(_, program)| program.others.clone()).unwrap_or_default()
}

fn lock() -> MutexGuard<'static, Vec<(Number, Polled)>> {
    PROGRAMS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A process that belongs to a program.
struct Member {
    program: Number,
    process: Pid,
    /// Bytes in use, with those that it shares.
    memory: u64,
    /// It has ended, and its parent hasn't waited for it.
    is_over: bool,
}

/// Whose the processes of this machine are; `None`: no program's.
type Known = HashMap<i32, Option<Number>>;

fn poll() {
    let mut known = Known::new();
    loop {
        let programs = lock();
        if programs.is_empty() {
            known.clear();
        }
        let programs = BEGUN.wait_while(programs, |programs| programs.is_empty());
        let programs = programs.unwrap_or_else(PoisonError::into_inner);
        let groups = programs.iter().map(|(number, it)| (it.group.as_raw_pid(), *number));
        let groups = groups.collect();
        // Not under the lock: a thread that starts a program need not wait for this.
        drop(programs);
        let (members, all_are_known) = look(&mut known, &groups);
        lock().retain_mut(|(number, program)| {
            let its = members.iter().filter(|member| member.program == *number);
            let others = its.clone().filter(|member| member.process != program.group);
            program.others =
                others.map(|member| member.process.as_raw_pid().unsigned_abs()).collect();
            let its: Vec<_> = its.filter(|member| !member.is_over).collect();
            judge(program, &its);
            let nothing = its.is_empty() && all_are_known;
            program.found_nothing =
                if nothing { program.found_nothing.saturating_add(1) } else { 0 };
            !program.is_over || program.found_nothing < ENOUGH
        });
        thread::sleep(INTERVAL);
    }
}

/// Ends a program that exceeds its quota, and what is left of one that is over.
fn judge(program: &Polled, members: &[&Member]) {
    let Polled { quota, language, cut_off, is_over, .. } = program;
    let exceeded = || {
        let memory = members.iter().map(|member| member.memory).sum();
        // Processes that were forked share most of it. To find out how much takes time.
        let is_shared = memory > quota.memory && members.len() > 1;
        quota.exceeded(members.len(), if is_shared { without_copies(members) } else { memory })
    };
    if !is_over && let Some(reason) = speaking(*language, exceeded) {
        cut_off.cut_off(reason);
    }
    if !is_over && cut_off.is_cut_off() && !members.is_empty() {
        // One call, so that no process can start another in between.
        let _ = kill_process_group(program.group, Signal::KILL);
    }
    if *is_over || cut_off.is_cut_off() {
        for member in members {
            let _ = kill_process(member.process, Signal::KILL);
        }
    }
}

/// Bytes in use, where what several processes share counts once: Pss in `/proc/PID/smaps_rollup` (proc(5)).
fn without_copies(members: &[&Member]) -> u64 {
    let own = |member: &&Member| {
        let file = format!("/proc/{}/smaps_rollup", member.process.as_raw_pid());
        let rollup = fs::read_to_string(file).ok()?;
        let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:"))?;
        Some(line.split_whitespace().next()?.parse::<u64>().ok()? << 10)
    };
    // One that has ended meanwhile has none.
    let or_all = |member: &Member| match Stat::of_process(member.process.as_raw_pid()) {
        Some(stat) if !stat.is_over() => member.memory,
        _ => 0,
    };
    members.iter().map(|member| own(member).unwrap_or_else(|| or_all(member))).sum()
}

/// All processes that belong to programs, and whether it is known of every process where it belongs.
fn look(known: &mut Known, groups: &HashMap<i32, Number>) -> (Vec<Member>, bool) {
    let before = std::mem::take(known);
    let (mut members, mut all_are_known) = (Vec::new(), true);
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    for id in entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()) {
        let known_before = before.get(&id).copied();
        if known_before == Some(None) {
            known.insert(id, None);
            continue;
        }
        let Some(stat) = Stat::of_process(id) else { continue };
        let group = || groups.get(&stat.field::<i32>(5)?).copied();
        let environment = fs::read(format!("/proc/{id}/environ"));
        let is_of_others =
            environment.as_ref().is_err_and(|why| why.kind() == ErrorKind::PermissionDenied);
        let environment = environment.unwrap_or_default();
        // The mark comes first: the number of a process, or of a group, may have been another's before.
        let program = marked(&environment).unwrap_or_else(|| known_before.flatten().or_else(group));
        // A child of this process may be about to get its mark, and a process in the middle of exec
        // has no environment yet. Kernel threads, whose parent is process 2, never have one, and that of
        // another user's process cannot be read. What is older than this process is no program's.
        let parent = stat.field::<u32>(4);
        let is_older = stat.field::<u64>(22) < *STARTED;
        let is_settled = !environment.is_empty() || is_of_others || is_older || parent == Some(2);
        if program.is_some() || is_settled && parent != Some(std::process::id()) {
            known.insert(id, program);
        }
        all_are_known &= program.is_some() || is_settled || stat.is_over();
        if let (Some(program), Some(process)) = (program, Pid::from_raw(id)) {
            let pages: u64 = stat.field(24).unwrap_or(0);
            let memory = pages * rustix::param::page_size() as u64;
            members.push(Member { program, process, memory, is_over: stat.is_over() });
        }
    }
    (members, all_are_known)
}

/// Ends what another test process has started, which can no longer do so itself.
pub fn end_programs_of(suite: u32) {
    let mark = format!("{MARK}={suite}.");
    // What is killed may just have started another.
    for _ in 0..100 {
        let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
        let mut left = entries.filter_map(|entry| {
            let id = Pid::from_raw(entry.file_name().to_str()?.parse().ok()?)?;
            let environment = fs::read(entry.path().join("environ")).ok()?;
            let mut variables = environment.split(|&byte| byte == 0);
            variables.any(|it| it.starts_with(mark.as_bytes())).then_some(id)
        });
        let Some(first) = left.next() else { return };
        for process in [first].into_iter().chain(left) {
            let _ = kill_process(process, Signal::KILL);
        }
        thread::sleep(Duration::from_millis(5));
    }
}

/// The program whose mark is in an environment. It is empty for processes of other users, which cannot
/// be read, and for processes that have ended.
/// `Some(None)`: a program of another test process, which looks after its own.
fn marked(environment: &[u8]) -> Option<Option<Number>> {
    let mut variables = environment.split(|&byte| byte == 0);
    let mark = variables.find_map(|it| it.strip_prefix(MARK.as_bytes())?.strip_prefix(b"="))?;
    let (test, number) = std::str::from_utf8(mark).ok()?.split_once('.')?;
    Some((test == std::process::id().to_string()).then(|| number.parse().ok()).flatten())
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
    // Without it all is well as long as no other process kills this one.
    let input = spawn(&mut keeper).ok().and_then(|mut keeper| keeper.stdin.take());
    *INPUT.lock().unwrap_or_else(PoisonError::into_inner) = input;
}

/// A number that is looked for longer may be another process's by then.
#[test]
fn a_program_that_is_over_is_forgotten() {
    struct Nothing;
    impl CutOff for Nothing {
        fn cut_off(&self, _: String) {}
        fn is_cut_off(&self) -> bool {
            false
        }
    }
    let quota = Quota::default();
    let mut tree =
        super::ProcessTree::start(Command::new("true"), quota, Arc::new(Nothing)).unwrap();
    tree.end();
    let number = tree.family.number;
    let is_forgotten = || lock().iter().all(|(its, _)| *its != number);
    let deadline = super::super::deadline::Deadline::after(super::super::must_pass());
    deadline.until(|| is_forgotten().then_some(())).expect("it is forgotten");
}
