//! How much other programs ask of this machine. What the suite and all that it starts ask is left out, so
//! that no program under test can make the machine look busy.
//!
//! A process is of another program if it is older than the suite, or if it belongs to a session that is: a
//! process can begin a session of its own, but it cannot join another (setsid(2)). Kernel threads don't
//! count, because they work for others.

use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// How often to look.
const INTERVAL: Duration = Duration::from_millis(250);

/// So many threads of other programs for each processor make a machine busy: a program under test then gets
/// a third of a processor, or less.
const BUSY: f64 = 2.0;

/// How many times as long a check takes at most because of other programs.
const SLOWEST: f64 = 5.0;

/// When it was looked, and how many threads of other programs wanted a processor.
struct Look {
    at: Instant,
    wanted: f64,
}

static LOOKS: LazyLock<Mutex<Vec<Look>>> = LazyLock::new(|| {
    // A single look sees what is there for a moment only.
    let looks = (0..3).map(|_| (thread::sleep(Duration::from_millis(3)), threads_of_others()).1);
    let wanted = looks.min().unwrap_or(0) as f64;
    thread::spawn(|| {
        loop {
            thread::sleep(INTERVAL);
            let wanted = threads_of_others() as f64;
            looks_so_far().push(Look { at: Instant::now(), wanted });
        }
    });
    Mutex::new(vec![Look { at: Instant::now(), wanted }])
});

fn looks_so_far() -> MutexGuard<'static, Vec<Look>> {
    LOOKS.lock().unwrap_or_else(PoisonError::into_inner)
}

fn processors() -> f64 {
    thread::available_parallelism().map_or(1.0, |count| count.get() as f64)
}

/// How many times as long as on a quiet machine something may take now.
pub(crate) fn slowdown() -> f64 {
    let last = looks_so_far().last().map_or(0.0, |look| look.wanted);
    slowed_by(last, processors())
}

fn slowed_by(others: f64, processors: f64) -> f64 {
    ((others + 1.0) / processors).clamp(1.0, SLOWEST)
}

/// How many threads of other programs have wanted a processor since then, on average, and how many processors
/// there are. `None`: the machine was not busy, or doesn't say.
pub(crate) fn busy_since(since: Instant) -> Option<(usize, usize)> {
    let processors = processors();
    let others = average(&looks_so_far(), since);
    is_busy(others, processors).then_some((others.round() as usize, processors as usize))
}

fn is_busy(others: f64, processors: f64) -> bool {
    others >= BUSY * processors
}

/// Of the looks since then and the one before.
fn average(looks: &[Look], since: Instant) -> f64 {
    let first = looks.iter().rposition(|look| look.at <= since).unwrap_or(0);
    let looks = &looks[first..];
    looks.iter().map(|look| look.wanted).sum::<f64>() / looks.len().max(1) as f64
}

#[cfg(target_os = "linux")]
fn threads_of_others() -> usize {
    linux::threads_of_others()
}

#[cfg(not(target_os = "linux"))]
fn threads_of_others() -> usize {
    0
}

#[cfg(target_os = "linux")]
mod linux {
    use std::collections::HashMap;
    use std::fs;

    use crate::machine::process::{Stat, running_threads};

    /// What counts of a process here (proc(5)).
    #[derive(Clone, Copy)]
    pub struct Seen {
        pub process: u32,
        pub parent: u32,
        pub session: u32,
        /// In ticks since the machine was started.
        pub began: u64,
        pub threads: usize,
    }

    pub fn threads_of_others() -> usize {
        let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
        let ids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        let all: Vec<Seen> = ids.filter_map(seen).collect();
        let others = of_others(&all, std::process::id());
        others.iter().map(wanting).sum()
    }

    fn seen(process: u32) -> Option<Seen> {
        let stat = Stat::of_process(process)?;
        let [parent, session] = [stat.field(4)?, stat.field(6)?];
        Some(Seen { process, parent, session, began: stat.field(22)?, threads: stat.field(20)? })
    }

    /// How many of its threads run, or would run if a processor were free.
    fn wanting(it: &Seen) -> usize {
        match it.threads {
            0 | 1 => Stat::of_process(it.process).is_some_and(|stat| stat.runs()).into(),
            _ => running_threads(it.process).len(),
        }
    }

    /// The processes that belong neither to the suite nor to what it has started, nor to the kernel.
    pub fn of_others(all: &[Seen], suite: u32) -> Vec<Seen> {
        let by_id: HashMap<u32, &Seen> = all.iter().map(|it| (it.process, it)).collect();
        let Some(own) = by_id.get(&suite) else { return Vec::new() };
        let is_older = |it: &Seen| it.began < own.began;
        // A session has the number of its first process, which may have ended.
        let is_in_older_session = |it: &Seen| {
            it.session != own.session && by_id.get(&it.session).is_some_and(|it| is_older(it))
        };
        let is_of_others = |it: &&Seen| {
            it.process != suite
                && ![it.process, it.parent].contains(&2)
                && (is_older(it) || is_in_older_session(it))
        };
        all.iter().filter(is_of_others).copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_ask_is_averaged_over_the_check() {
        let start = Instant::now();
        let look = |seconds, wanted| Look { at: start + Duration::from_secs(seconds), wanted };
        let looks = [look(0, 90.0), look(1, 10.0), look(2, 20.0)];
        assert_eq!(average(&looks, start + Duration::from_millis(1500)), 15.0);
        assert_eq!(average(&looks, start + Duration::from_secs(9)), 20.0);
        assert_eq!(average(&[], start), 0.0);
        assert!(is_busy(10.0, 2.0) && !is_busy(1.0, 2.0) && !is_busy(10.0, 16.0));
        assert_eq!(
            [0.0, 1.0, 5.0, 10.0, 99.0].map(|it| slowed_by(it, 2.0)),
            [1.0, 1.0, 3.0, 5.0, 5.0]
        );
    }

    /// Whatever a program under test starts, it cannot make the machine look busy.
    #[cfg(target_os = "linux")]
    #[test]
    fn what_the_suite_starts_does_not_make_the_machine_busy() {
        use super::linux::{Seen, of_others};
        let seen =
            |process, parent, session, began| Seen { process, parent, session, began, threads: 1 };
        let all = [
            seen(1, 0, 1, 1),
            seen(2, 0, 0, 1),
            seen(30, 2, 0, 900),
            // A shell, the suite, its program, and a daemon that has left the group and the session.
            seen(100, 1, 100, 10),
            seen(200, 100, 100, 500),
            seen(201, 200, 100, 501),
            seen(202, 1, 202, 502),
            seen(203, 202, 202, 503),
            // An older program of the same session, and a newer one of another.
            seen(150, 100, 100, 400),
            seen(300, 1, 300, 20),
            seen(301, 300, 300, 600),
        ];
        let others: Vec<u32> = of_others(&all, 200).iter().map(|it| it.process).collect();
        assert_eq!(others, [1, 100, 150, 300, 301]);
    }
}
