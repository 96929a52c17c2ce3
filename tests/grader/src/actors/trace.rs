use std::cell::{Cell, RefCell};
use std::fmt::Display;
use std::net::SocketAddr;
use std::process::ExitStatus;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::json;

use super::output::Output;
use crate::check::{Broken, Caret, Outcome};
use crate::machine::{Activity, Deadline, allowance, has_ended, is_asleep, start_seen, tell};
use crate::words::{self, demands};

/// What one run of a check has done so far. All that acts in the run writes to the same trace.
#[derive(Clone)]
pub(crate) struct Trace {
    deadline: Rc<Cell<Deadline>>,
    /// Whether programs have time to start, beyond that of the check.
    allows_starts: bool,
    /// Whether a failure is to be explained: then a broken demand looks at the programs.
    is_explained: bool,
    /// Whether each step is told when it begins.
    is_told: bool,
    record: Rc<RefCell<Record>>,
}

/// The environment variable that asks for the steps of checks that grade: each, when it begins, is a line of the live
/// record, `{"live": "step", "step": …, "at": …}`. Its time is in nanoseconds of the clock that all processes share
/// (CLOCK_MONOTONIC in clock_gettime(2)), or `null`.
pub const STEPS: &str = "GRADER_STEPS";

#[derive(Default)]
pub(crate) struct Record {
    pub steps: Vec<String>,
    pub programs: Vec<Started>,
    /// The check's own ends of connections, the other ends, and their names.
    pub peers: Vec<(SocketAddr, Option<SocketAddr>, String)>,
    /// The seed, if data were drawn from it.
    pub seed: Option<u64>,
    /// When the last step began.
    began: Option<Instant>,
    /// When a demand was broken in it.
    broken: Option<Instant>,
}

fn now() -> Option<u64> {
    #[cfg(target_os = "linux")]
    {
        let now = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
        u64::try_from(Duration::try_from(now).ok()?.as_nanos()).ok()
    }
    #[cfg(not(target_os = "linux"))]
    None
}

/// A step that took so long is named with its time.
const LONG: Duration = Duration::from_secs(1);

/// A program that's asleep after so long a step waits for something else than a processor.
const HANGS: Duration = Duration::from_millis(1500);

impl Record {
    /// How long a program had run when the check failed.
    pub fn ran_for(&self, program: &Started) -> Duration {
        self.broken.unwrap_or_else(Instant::now).saturating_duration_since(program.began)
    }

    /// Says of the last step how long it took, if that was long.
    fn names_the_time(&mut self, end: Instant) {
        let took = self.began.take().map_or(Duration::ZERO, |began| end.duration_since(began));
        if let (true, Some(step)) = (took >= LONG, self.steps.last_mut()) {
            step.push_str(&words::steps::took(took));
        }
    }
}

/// A program that was started.
pub(crate) struct Started {
    pub name: String,
    pub output: Arc<Output>,
    process: u32,
    began: Instant,
    /// How long it may take to be ready. `None`: it is.
    allowance: Option<Duration>,
    /// Whether the check has waited for its end, or has killed it.
    pub over: bool,
    /// Whether it had ended by itself when a demand was broken, and how.
    pub gone: bool,
    pub status: Option<ExitStatus>,
    /// What its threads did at that moment, where it had not.
    pub activity: Option<Activity>,
    /// Whether the check had waited for it in vain, and all of them were asleep, with those of what it has started.
    pub hangs: bool,
}

impl Trace {
    pub fn new(patience: Duration) -> Trace {
        let deadline = Rc::new(Cell::new(Deadline::after(patience)));
        let record = Rc::default();
        Trace { deadline, allows_starts: false, is_explained: false, is_told: false, record }
    }

    /// A trace for a report: each demand that is broken looks at the programs of the run.
    pub fn explained(patience: Duration) -> Trace {
        Trace { is_explained: true, ..Trace::new(patience) }
    }

    /// The same for a program that is graded: its deadline begins when it is ready.
    pub fn graded(patience: Duration) -> Trace {
        let is_told = std::env::var_os(STEPS).is_some();
        Trace { allows_starts: true, is_told, ..Trace::explained(patience) }
    }

    pub fn deadline(&self) -> Deadline {
        self.deadline.get()
    }

    /// Moves the deadline: so much time is not the program's, or is granted to it.
    pub fn grants(&self, time: Duration) {
        self.deadline.set(self.deadline().later(time));
    }

    /// A program that is asked to end may take two seconds for that.
    pub fn grants_for_its_end(&self) {
        if self.allows_starts {
            self.grants(Duration::from_secs(2));
        }
    }

    /// A demand is broken. The programs are looked at, before the check ends its connections and so disturbs
    /// them.
    pub fn broken(&self, expected: impl Display, got: impl Display) -> Broken {
        if self.is_explained {
            let now = Instant::now();
            self.record.borrow_mut().broken.get_or_insert(now);
            self.look(now);
        }
        let [expected, got] = [expected.to_string(), got.to_string()];
        Broken::new(words::text(&expected), words::text(&got))
    }

    /// The same if only the time is wrong that it took.
    pub fn late(&self, expected: impl Display, got: impl Display) -> Broken {
        self.broken(expected, got).of_time()
    }

    /// The same with other bytes than were expected. `then`: what came after them, if not more bytes.
    pub fn differs(&self, expected: &[u8], got: &[u8], then: &str) -> Broken {
        let lacks_newline = expected.strip_suffix(b"\n").is_some_and(|rest| rest == got);
        let words::Differing { expected, got, mark } = words::differing(expected, got, then);
        let broken = Broken { lacks_newline, ..self.broken(expected, got) };
        match mark {
            Some((column, right)) => {
                broken.marked(Caret { column, says: demands::right_so_far(right) })
            }
            None => broken,
        }
    }

    /// Whether a demand has been broken, in a run whose failure is to be explained.
    pub fn is_broken(&self) -> bool {
        self.record.borrow().broken.is_some()
    }

    fn look(&self, now: Instant) {
        let mut record = self.record.borrow_mut();
        let waited = record.began.is_some_and(|began| now.duration_since(began) >= HANGS);
        for program in record.programs.iter_mut().filter(|program| !program.over) {
            // One that is about to die of what it has seen may take a moment; but then there is time.
            let moment = Duration::from_millis(if program.activity.is_none() { 200 } else { 0 });
            let until = Instant::now() + self.left().min(moment);
            program.gone = has_ended(program.process);
            while !program.gone && Instant::now() < until {
                std::thread::sleep(Duration::from_millis(2));
                program.gone = has_ended(program.process);
            }
            if !program.gone {
                program.activity = Some(Activity::of(program.process));
                program.hangs = waited && is_asleep(program.process);
                program.output.is_reported_until_now();
            }
        }
    }

    /// Begins the next step; if the run fails now, this is the step that failed.
    pub fn step(&self, what: impl Display) {
        let mut record = self.record.borrow_mut();
        record.names_the_time(Instant::now());
        let what = words::text(&what.to_string());
        if self.is_told {
            tell(&json!({ "live": "step", "step": words::shown(&what), "at": now() }));
        }
        record.steps.push(what);
        record.began = Some(Instant::now());
        // What was broken before was no failure of the check.
        record.broken = None;
    }

    /// The step has found that no program listens. Where that is because the program has ended, it says so.
    pub fn refused(&self) {
        let mut record = self.record.borrow_mut();
        let ended = |it: &&Started| !it.over && has_ended(it.process);
        let ended = record.programs.iter().rfind(ended).map(|it| words::steps::had_ended(&it.name));
        if let (Some(ended), Some(step)) = (ended, record.steps.last_mut()) {
            step.push_str(&ended);
        }
    }

    /// How many steps there have been.
    pub fn steps(&self) -> usize {
        self.record.borrow().steps.len()
    }

    /// What was done after so many steps was in vain, and is no part of the report.
    pub fn forget_steps_after(&self, number: usize) {
        let mut record = self.record.borrow_mut();
        record.steps.truncate(number);
        record.began = None;
    }

    pub fn started(&self, name: &str, output: &Arc<Output>, process: u32) {
        let allowance = if self.allows_starts { allowance(name) } else { Duration::ZERO };
        self.grants(allowance);
        self.record.borrow_mut().programs.push(Started {
            name: name.into(),
            output: Arc::clone(output),
            process,
            began: Instant::now(),
            allowance: Some(allowance),
            over: false,
            gone: false,
            status: None,
            activity: None,
            hangs: false,
        });
    }

    /// This program is ready: what it didn't need for its start is no part of the deadline.
    pub fn ready(&self, output: &Arc<Output>) {
        self.found(output, |program| self.has_started(program));
    }

    /// All programs are ready, since one of them has done what only a program does that is.
    pub fn all_are_ready(&self) {
        self.record.borrow_mut().programs.iter_mut().for_each(|program| self.has_started(program));
    }

    fn has_started(&self, program: &mut Started) {
        let Some(allowance) = program.allowance.take() else { return };
        let took = program.began.elapsed();
        start_seen(&program.name, took);
        self.deadline.set(self.deadline().earlier(allowance.saturating_sub(took)));
    }

    /// What has become of a program, or what is known of it when the run has failed.
    pub fn found(&self, output: &Arc<Output>, found: impl FnOnce(&mut Started)) {
        let programs = &mut self.record.borrow_mut().programs;
        if let Some(program) = programs.iter_mut().find(|one| Arc::ptr_eq(&one.output, output)) {
            found(program);
        }
    }

    /// Names one end of a connection, for reports.
    pub fn connected(&self, address: SocketAddr, remote: Option<SocketAddr>, name: &str) {
        self.record.borrow_mut().peers.push((address, remote, name.into()));
    }

    /// Notes that data were drawn from this seed.
    pub fn drawn_from(&self, seed: u64) {
        self.record.borrow_mut().seed = Some(seed);
    }

    pub fn take(&self) -> Record {
        let mut record = self.record.take();
        let end = record.broken.unwrap_or_else(Instant::now);
        record.names_the_time(end);
        record
    }

    pub fn left(&self) -> Duration {
        self.deadline().left()
    }

    /// The time that is left of the whole run; an error when there is none.
    pub fn time_left(&self, expected: &dyn Display) -> Outcome<Duration> {
        let left = self.left();
        if left.is_zero() { Err(self.late(expected, demands::time_up())) } else { Ok(left) }
    }

    /// Looks until `look` finds something, at most until the deadline.
    pub fn until<T>(&self, expected: &dyn Display, look: impl FnMut() -> Option<T>) -> Outcome<T> {
        self.deadline().until(look).ok_or_else(|| self.late(expected, demands::time_up()))
    }
}
