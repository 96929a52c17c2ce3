use std::cell::RefCell;
use std::fmt::Display;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::check::{Broken, Outcome};
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
    /// The programs that were started, each with what it wrote.
    pub outputs: Vec<(String, Arc<Output>)>,
}

impl Trace {
    pub fn new(patience: Duration) -> Trace {
        Trace { deadline: Instant::now() + patience, record: Rc::default() }
    }

    /// Begins the next step; if the run fails now, this is the step that failed.
    pub fn step(&self, what: impl Display) {
        self.record.borrow_mut().steps.push(what.to_string());
    }

    pub fn started(&self, name: &str, output: &Arc<Output>) {
        self.record.borrow_mut().outputs.push((name.into(), Arc::clone(output)));
    }

    pub fn take(&self) -> Record {
        self.record.take()
    }

    /// The time that is left of the whole run; an error when there is none.
    pub fn time_left(&self, expected: &dyn Display) -> Outcome<Duration> {
        let left = self.deadline.saturating_duration_since(Instant::now());
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
            if let Some(found) = look() {
                return Ok(found);
            }
            let left = self.time_left(expected)?;
            std::thread::sleep(left.min(Duration::from_millis(2)));
        }
    }
}
