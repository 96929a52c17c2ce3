use std::cell::RefCell;
use std::fmt::Display;
use std::net::SocketAddr;
use std::process::ExitStatus;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::check::{Broken, Outcome};
use crate::doing::{Doing, has_ended};
use crate::output::Output;

/// What one run of a check has done so far. All who act in the run write to the same trace.
#[derive(Clone)]
pub(crate) struct Trace {
    deadline: Instant,
    record: Rc<RefCell<Record>>,
}

#[derive(Default)]
pub(crate) struct Record {
    pub steps: Vec<String>,
    pub programs: Vec<Started>,
    /// The check's own ends of connections, and their names.
    pub peers: Vec<(SocketAddr, String)>,
}

/// A program that was started.
pub(crate) struct Started {
    pub name: String,
    pub output: Arc<Output>,
    process: u32,
    /// Whether the check has waited for its end, or has killed it.
    pub over: bool,
    /// Whether it had ended by itself when a demand was broken, and how.
    pub gone: bool,
    pub status: Option<ExitStatus>,
    /// What it did at that moment, where it had not.
    pub doing: Option<Doing>,
}

thread_local! {
    /// The run of this thread, if its failure is to be explained.
    static EXPLAINED: RefCell<Option<Trace>> = const { RefCell::new(None) };
}

/// A demand has just been broken: looks at the programs of the run, before the check ends its
/// connections and so disturbs them.
pub(crate) fn broken() {
    let trace = EXPLAINED.with_borrow(Option::clone);
    if let Some(trace) = trace {
        trace.look();
    }
}

impl Trace {
    pub fn new(patience: Duration) -> Trace {
        Trace { deadline: Instant::now() + patience, record: Rc::default() }
    }

    /// Makes this thread look at the run's programs when a demand is broken, until the result is dropped.
    pub fn explain(&self) -> Explained {
        EXPLAINED.set(Some(self.clone()));
        Explained
    }

    fn look(&self) {
        let mut record = self.record.borrow_mut();
        for program in record.programs.iter_mut().filter(|program| !program.over) {
            // One that is about to die of what it has seen may take a moment; but then there is time.
            let moment = Duration::from_millis(if program.doing.is_none() { 200 } else { 0 });
            let until = self.deadline.min(Instant::now() + moment);
            program.gone = has_ended(program.process);
            while !program.gone && Instant::now() < until {
                std::thread::sleep(Duration::from_millis(2));
                program.gone = has_ended(program.process);
            }
            if !program.gone {
                program.doing = Some(Doing::of(program.process));
                program.output.is_reported_until_now();
            }
        }
    }

    /// Begins the next step; if the run fails now, this is the step that failed.
    pub fn step(&self, what: impl Display) {
        self.record.borrow_mut().steps.push(what.to_string());
    }

    /// How many steps there have been.
    pub fn steps(&self) -> usize {
        self.record.borrow().steps.len()
    }

    /// What was done after so many steps was in vain, and is no part of the report.
    pub fn forget_steps_after(&self, number: usize) {
        self.record.borrow_mut().steps.truncate(number);
    }

    pub fn started(&self, name: &str, output: &Arc<Output>, process: u32) {
        self.record.borrow_mut().programs.push(Started {
            name: name.into(),
            output: Arc::clone(output),
            process,
            over: false,
            gone: false,
            status: None,
            doing: None,
        });
    }

    /// What has become of a program, or what is known of it when the run has failed.
    pub fn found(&self, output: &Arc<Output>, found: impl FnOnce(&mut Started)) {
        let programs = &mut self.record.borrow_mut().programs;
        if let Some(program) = programs.iter_mut().find(|one| Arc::ptr_eq(&one.output, output)) {
            found(program);
        }
    }

    /// Names one end of a connection, for reports.
    pub fn connected(&self, address: SocketAddr, name: &str) {
        self.record.borrow_mut().peers.push((address, name.into()));
    }

    pub fn take(&self) -> Record {
        self.record.take()
    }

    pub fn left(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }

    /// The time that is left of the whole run; an error when there is none.
    pub fn time_left(&self, expected: &dyn Display) -> Outcome<Duration> {
        let left = self.left();
        if left.is_zero() {
            Err(Broken::new(expected, "nothing: the time was up"))
        } else {
            Ok(left)
        }
    }

    /// Looks until `look` finds something, at most until the deadline. For what no event announces:
    /// the exit of a process, the state of a socket.
    pub fn until<T>(
        &self,
        expected: &dyn Display,
        mut look: impl FnMut() -> Option<T>,
    ) -> Outcome<T> {
        loop {
            let start = Instant::now();
            if let Some(found) = look() {
                return Ok(found);
            }
            let left = self.time_left(expected)?;
            // To look at all sockets takes a while if there are many, and others run, too.
            let pause = (start.elapsed() * 4).max(Duration::from_millis(2));
            std::thread::sleep(left.min(pause));
        }
    }
}

/// See [`Trace::explain`].
pub(crate) struct Explained;

impl Drop for Explained {
    fn drop(&mut self) {
        EXPLAINED.set(None);
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::time::Duration;

    use super::{Trace, broken};
    use crate::doing::has_ended;
    use crate::patience::must_pass;
    use crate::program::shell;

    #[test]
    fn when_a_demand_is_broken_the_programs_are_looked_at() {
        let trace = Trace::new(must_pass());
        let explained = trace.explain();
        let mut over = shell("exit 1", &trace);
        over.ends().unwrap();
        let mut waits = shell("echo before; read go; echo after; read go", &trace);
        waits.says("before").unwrap();
        let dies = shell("exit 3", &trace);
        broken();
        waits.types("go\n").unwrap();
        waits.says("after").unwrap();
        trace.until(&"an end", || has_ended(dies.id()).then_some(())).unwrap();
        broken();
        drop(explained);

        let [over, waits, dies] = &trace.take().programs[..] else { panic!("three programs") };
        assert!(over.over && over.doing.is_none());
        assert!(!waits.over && !waits.gone && waits.doing.is_some());
        assert_eq!(waits.output.text(), ["stdout | before", "stdout | after"]);
        assert!(dies.gone && !dies.over);
    }

    #[test]
    fn what_a_program_says_after_a_demand_was_broken_is_not_reported() {
        let trace = Trace::new(must_pass());
        let explained = trace.explain();
        let mut waits = shell("echo before; read go; echo after; read go", &trace);
        waits.says("before").unwrap();
        broken();
        drop(explained);
        waits.types("go\n").unwrap();
        waits.says("after").unwrap();
        // Nobody looks any more.
        broken();
        assert_eq!(trace.take().programs[0].output.text(), ["stdout | before"]);
    }

    #[test]
    fn who_does_not_explain_does_not_look() {
        let trace = Trace::new(must_pass());
        let _waits = shell("read go", &trace);
        broken();
        assert!(trace.take().programs[0].doing.is_none());
    }

    #[test]
    fn what_has_become_of_a_program_is_noted_for_it_alone() {
        let trace = Trace::new(must_pass());
        let programs = [0, 1].map(|_| shell("read go", &trace));
        drop(programs);
        let record = trace.take();
        trace.started("one", &record.programs[0].output, 1);
        trace.started("other", &record.programs[1].output, 2);
        trace.found(&record.programs[1].output, |program| program.over = true);
        let over: Vec<bool> = trace.take().programs.iter().map(|program| program.over).collect();
        assert_eq!(over, [false, true]);
    }

    #[test]
    fn time_is_left_until_the_deadline() {
        let left = Trace::new(must_pass()).time_left(&"an end").unwrap();
        assert!(left > Duration::ZERO && left <= must_pass());
        let up = Trace::new(Duration::ZERO).time_left(&"an end").unwrap_err();
        assert_eq!((&*up.expected, &*up.got), ("an end", "nothing: the time was up"));
    }
}
