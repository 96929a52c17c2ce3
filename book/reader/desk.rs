//! Where exercises are graded while they are edited: one at a time, the one that was saved last before all
//! others, and only while somebody has asked for it and a page is open.

use std::collections::VecDeque;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use axum::Router;
use axum::http::StatusCode;
use axum::routing::post;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::watch;

use crate::child::Stop;
use crate::exercise::{Exercise, Stamp};
use crate::grades::Grades;
use crate::grading::{self, Verdict};

#[derive(Clone)]
pub struct Desk {
    inner: Arc<Inner>,
}

struct Inner {
    root: PathBuf,
    exercises: Vec<Exercise>,
    grades: watch::Sender<Grades>,
    work: Mutex<Work>,
    changed: Condvar,
    /// How long grading goes on when no page is open: one that is loaded again is soon back.
    grace: Duration,
}

#[derive(Default)]
struct Work {
    on: bool,
    over: bool,
    /// Exercises by their numbers, the next one first.
    queue: VecDeque<usize>,
    /// The one that is graded now, and the way to stop that.
    running: Option<(usize, watch::Sender<bool>)>,
    /// What was last seen of each file, and what of it was last graded.
    seen: Vec<Stamp>,
    graded: Vec<Stamp>,
    pages: usize,
    deserted: Option<Instant>,
}

/// An open page, for as long as it listens.
pub struct Page(Desk);

/// The threads of a desk.
pub struct Clerks(Desk, [JoinHandle<()>; 2]);

impl Desk {
    /// Opens a desk for these exercises.
    ///
    /// # Errors
    ///
    /// The system lacks what it takes to wait for a child.
    pub fn open(
        root: PathBuf,
        exercises: Vec<Exercise>,
        grace: Duration,
    ) -> io::Result<(Desk, Clerks)> {
        // Not the server's: a run that is under way has to be ended when that one is gone.
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let work = Work {
            seen: exercises.iter().map(Exercise::stamp).collect(),
            graded: vec![None; exercises.len()],
            ..Work::default()
        };
        let inner = Inner {
            root,
            grades: watch::Sender::new(Grades::of(&exercises)),
            exercises,
            work: Mutex::new(work),
            changed: Condvar::new(),
            grace,
        };
        let desk = Desk { inner: Arc::new(inner) };
        let (grader, keeper) = (desk.clone(), desk.clone());
        let threads = [
            thread::spawn(move || grader.grade(&runtime)),
            thread::spawn(move || keeper.keep_watch()),
        ];
        Ok((desk.clone(), Clerks(desk, threads)))
    }

    pub fn grades(&self) -> watch::Receiver<Grades> {
        self.inner.grades.subscribe()
    }

    /// Grades what has been begun, and each file again when it is saved.
    fn start(&self) {
        let mut work = self.work();
        work.on = true;
        if work.pages == 0 {
            work.deserted = Some(Instant::now());
        }
        let mut due: Vec<usize> = (0..self.inner.exercises.len())
            .filter(|&number| {
                let exercise = &self.inner.exercises[number];
                exercise.is_begun() && exercise.stamp() != work.graded[number]
            })
            .filter(|number| work.running.as_ref().is_none_or(|(running, _)| running != number))
            .collect();
        // The one that was edited last is the one that its reader is at.
        due.sort_by_key(|&number| std::cmp::Reverse(work.seen[number]));
        for &number in &due {
            self.change(|grades| grades.waits(number));
        }
        work.queue = due.into();
        self.change(|grades| grades.switch(true));
        self.inner.changed.notify_all();
    }

    fn stop(&self) {
        self.rest(&mut self.work());
    }

    fn rest(&self, work: &mut Work) {
        work.on = false;
        for number in work.queue.drain(..) {
            self.change(|grades| grades.is_begun(number, true));
        }
        if let Some((_, stop)) = &work.running {
            stop.send_replace(true);
        }
        self.change(|grades| grades.switch(false));
        self.inner.changed.notify_all();
    }

    /// Something in the watched directories was written: if it was an exercise, what is known of it is
    /// old.
    pub fn look(&self) {
        let mut work = self.work();
        for (number, exercise) in self.inner.exercises.iter().enumerate() {
            let stamp = exercise.stamp();
            if stamp == work.seen[number] {
                continue;
            }
            work.seen[number] = stamp;
            work.queue.retain(|&waiting| waiting != number);
            let begun = exercise.is_begun();
            if let Some((running, stop)) = &work.running
                && (begun || *running == number)
            {
                stop.send_replace(true);
                let running = *running;
                if running != number && work.on && !work.queue.contains(&running) {
                    work.queue.push_front(running);
                }
            }
            if begun && work.on {
                work.queue.push_front(number);
                self.change(|grades| grades.waits(number));
            } else {
                work.graded[number] = None;
                self.change(|grades| grades.is_begun(number, begun));
            }
        }
        self.inner.changed.notify_all();
    }

    /// The first thread's life.
    fn grade(&self, runtime: &Runtime) {
        while let Some((number, mut stop)) = self.next() {
            let exercise = &self.inner.exercises[number];
            // Before the run: what is saved during it is graded by the next one.
            let stamp = exercise.stamp();
            let grading = grading::grade(&self.inner.root, exercise, &mut stop, |event| {
                self.change(|grades| grades.take(number, event));
            });
            let verdict = runtime.block_on(grading);
            let mut work = self.work();
            work.running = None;
            match verdict {
                Verdict::Stopped if work.queue.contains(&number) => {
                    self.change(|grades| grades.waits(number));
                }
                Verdict::Stopped => {
                    work.graded[number] = None;
                    self.change(|grades| grades.is_begun(number, exercise.is_begun()));
                }
                verdict => {
                    work.graded[number] = stamp;
                    self.change(|grades| grades.end(number, verdict));
                }
            }
        }
    }

    /// The exercise to be graded next; `None` at the end of the server.
    fn next(&self) -> Option<(usize, Stop)> {
        let mut work = self.work();
        loop {
            if work.over {
                return None;
            }
            if let Some(number) = work.queue.pop_front() {
                let (stop, stopped) = watch::channel(false);
                work.running = Some((number, stop));
                return Some((number, stopped));
            }
            work = self.inner.changed.wait(work).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// The second thread's life: it stops the grading when no page has been open for a while.
    fn keep_watch(&self) {
        let mut work = self.work();
        while !work.over {
            let deserted = work.deserted.filter(|_| work.on);
            let left = deserted.map(|since| self.inner.grace.saturating_sub(since.elapsed()));
            work = match left {
                Some(Duration::ZERO) => {
                    self.rest(&mut work);
                    work
                }
                Some(left) => {
                    let waited = self.inner.changed.wait_timeout(work, left);
                    waited.unwrap_or_else(PoisonError::into_inner).0
                }
                None => self.inner.changed.wait(work).unwrap_or_else(PoisonError::into_inner),
            };
        }
    }

    /// Counts a page that listens.
    pub fn page(&self) -> Page {
        let mut work = self.work();
        work.pages += 1;
        work.deserted = None;
        Page(self.clone())
    }

    fn work(&self) -> MutexGuard<'_, Work> {
        self.inner.work.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(&mut Grades)) {
        self.inner.grades.send_modify(change);
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        let mut work = self.0.work();
        work.pages -= 1;
        if work.pages == 0 {
            work.deserted = Some(Instant::now());
            self.0.inner.changed.notify_all();
        }
    }
}

impl Clerks {
    /// Ends the run under way, with all that it has started.
    pub fn go_home(self) {
        let mut work = self.0.work();
        work.over = true;
        self.0.rest(&mut work);
        drop(work);
        for thread in self.1 {
            let _ = thread.join();
        }
    }
}

/// What a page may ask for. The guard has seen to it that it is one of ours.
pub fn routes(desk: &Desk) -> Router {
    let (on, off) = (desk.clone(), desk.clone());
    let start = || async move {
        on.start();
        StatusCode::NO_CONTENT
    };
    let stop = || async move {
        off.stop();
        StatusCode::NO_CONTENT
    };
    Router::new().route("/live/grade/on", post(start)).route("/live/grade/off", post(stop))
}
