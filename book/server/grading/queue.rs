//! The grade queue: exercises are graded one at a time, the one that was saved last before all others,
//! and only while a page is open that has asked for it.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use catalog::Language;
use tokio::sync::watch;

use super::grades::Grades;
use super::suite::Verdict;
use crate::process::child::Stop;
use crate::source::{Exercise, Stamp};

#[derive(Clone)]
pub struct GradeQueue {
    inner: Arc<Inner>,
}

struct Inner {
    root: PathBuf,
    exercises: Vec<Exercise>,
    grades: watch::Sender<Grades>,
    state: Mutex<State>,
    changed: Condvar,
    /// How long grading goes on when no page is open: one that is loaded again is soon back.
    grace: Duration,
}

struct State {
    on: bool,
    /// The one of the page that has asked last: a grade is told in one language at a time.
    language: Language,
    shut_down: bool,
    /// Exercises by their numbers, the next one first.
    waiting: VecDeque<usize>,
    /// The one that is graded now, and the way to stop that.
    running: Option<(usize, watch::Sender<bool>)>,
    /// What was last seen of each file, what of it was last graded, and in which language that was told.
    seen: Vec<Stamp>,
    graded: Vec<Stamp>,
    told_in: Vec<Language>,
    pages: usize,
    /// Since when no page is open.
    abandoned: Option<Instant>,
}

/// An open page, for as long as it listens.
pub struct OpenPage(GradeQueue);

/// What a worker has to do: the number of an exercise, and the order to stop.
pub struct Job {
    pub number: usize,
    /// Of the file as it is before the run: what is saved during it is graded by the next one.
    pub stamp: Stamp,
    pub language: Language,
    pub stop: Stop,
}

impl GradeQueue {
    /// A queue for these exercises, which waits `grace` for a page to come back.
    pub fn new(root: PathBuf, exercises: Vec<Exercise>, grace: Duration) -> GradeQueue {
        let state = State {
            seen: exercises.iter().map(Exercise::stamp).collect(),
            graded: vec![None; exercises.len()],
            told_in: vec![Language::English; exercises.len()],
            on: false,
            language: Language::English,
            shut_down: false,
            waiting: VecDeque::new(),
            running: None,
            pages: 0,
            abandoned: None,
        };
        let inner = Inner {
            root,
            grades: watch::Sender::new(Grades::of(&exercises)),
            exercises,
            state: Mutex::new(state),
            changed: Condvar::new(),
            grace,
        };
        GradeQueue { inner: Arc::new(inner) }
    }

    pub fn root(&self) -> &PathBuf {
        &self.inner.root
    }

    pub fn exercise(&self, number: usize) -> &Exercise {
        &self.inner.exercises[number]
    }

    /// The exercise of this lesson; `None`: no lesson is called that.
    pub fn of_lesson(&self, lesson: &str) -> Option<&Exercise> {
        self.inner.exercises.iter().find(|one| one.lesson == lesson)
    }

    /// Whether the file of this lesson's exercise, as it is now, has passed all of its checks.
    pub fn is_passed(&self, lesson: &str) -> bool {
        let number = self.inner.exercises.iter().position(|one| one.lesson == lesson);
        number.is_some_and(|number| {
            let state = self.state();
            let stamp = self.exercise(number).stamp();
            stamp.is_some()
                && stamp == state.graded[number]
                && self.inner.grades.borrow().is_passed(number)
        })
    }

    pub fn grades(&self) -> watch::Receiver<Grades> {
        self.inner.grades.subscribe()
    }

    pub fn change(&self, change: impl FnOnce(&mut Grades)) {
        self.inner.grades.send_modify(change);
    }

    /// Grades what has been begun, and each file again when it is saved. What was told in another language is graded
    /// again in this one.
    pub fn switch_on(&self, language: Language) {
        let mut state = self.state();
        let is_same = self.speak(&mut state, language);
        state.on = true;
        if state.pages == 0 {
            state.abandoned = Some(Instant::now());
        }
        let mut due: Vec<usize> = (0..self.inner.exercises.len())
            .filter(|&number| {
                let exercise = self.exercise(number);
                let is_known =
                    exercise.stamp() == state.graded[number] && state.told_in[number] == language;
                exercise.is_begun() && !is_known
            })
            .filter(|number| {
                !is_same || state.running.as_ref().is_none_or(|(running, _)| running != number)
            })
            .collect();
        // The one that was edited last is the one that its reader is at.
        due.sort_by_key(|&number| std::cmp::Reverse(state.seen[number]));
        for &number in &due {
            self.change(|grades| grades.waits(number));
        }
        state.waiting = due.into();
        self.change(|grades| grades.switch(true));
        self.inner.changed.notify_all();
    }

    /// From now on grades are told in this language. A run in another one is stopped; the caller has it run
    /// again. Returns whether it was this one before.
    fn speak(&self, state: &mut State, language: Language) -> bool {
        let is_same = std::mem::replace(&mut state.language, language) == language;
        if let Some((_, stop)) = state.running.as_ref().filter(|_| !is_same) {
            stop.send_replace(true);
        }
        self.change(|grades| grades.speak(language));
        is_same
    }

    /// Grades one exercise now, whether it was saved or not, and whether or not each save is graded. `None`: no
    /// lesson is called that. `false`: it is not begun.
    pub fn grade_now(&self, lesson: &str, language: Language) -> Option<bool> {
        let number = self.inner.exercises.iter().position(|one| one.lesson == lesson)?;
        let mut state = self.state();
        let stamp = self.exercise(number).stamp();
        if state.shut_down || !self.exercise(number).is_begun() {
            return Some(false);
        }
        let is_new = stamp != state.seen[number];
        let is_same = self.speak(&mut state, language);
        state.seen[number] = stamp;
        match &state.running {
            Some((running, _)) if *running == number && !is_new && is_same => return Some(true),
            Some((running, stop)) => {
                stop.send_replace(true);
                let running = *running;
                if running != number && !state.waiting.contains(&running) {
                    state.waiting.push_front(running);
                }
            }
            None => {}
        }
        state.waiting.retain(|&waiting| waiting != number);
        state.waiting.push_front(number);
        if state.pages == 0 {
            state.abandoned = Some(Instant::now());
        }
        self.change(|grades| grades.waits(number));
        self.inner.changed.notify_all();
        Some(true)
    }

    pub fn switch_off(&self) {
        self.stop(&mut self.state());
    }

    /// Grades nothing more, and ends the run that is going on.
    pub fn shut_down(&self) {
        let mut state = self.state();
        state.shut_down = true;
        self.stop(&mut state);
    }

    fn stop(&self, state: &mut State) {
        state.on = false;
        for number in state.waiting.drain(..) {
            self.change(|grades| grades.is_begun(number, true));
        }
        if let Some((_, stop)) = &state.running {
            stop.send_replace(true);
        }
        self.change(|grades| grades.switch(false));
        self.inner.changed.notify_all();
    }

    /// Looks at the files when something in the watched directories was written: if it was an exercise,
    /// what is known of it is old.
    pub fn files_changed(&self) {
        let mut state = self.state();
        for (number, exercise) in self.inner.exercises.iter().enumerate() {
            let stamp = exercise.stamp();
            if stamp == state.seen[number] {
                continue;
            }
            state.seen[number] = stamp;
            state.waiting.retain(|&waiting| waiting != number);
            let begun = exercise.is_begun();
            if let Some((running, stop)) = &state.running
                && (begun && state.on || *running == number)
            {
                stop.send_replace(true);
                let running = *running;
                if running != number && state.on && !state.waiting.contains(&running) {
                    state.waiting.push_front(running);
                }
            }
            if begun && state.on {
                state.waiting.push_front(number);
                self.change(|grades| grades.waits(number));
            } else {
                state.graded[number] = None;
                self.change(|grades| grades.is_begun(number, begun));
            }
        }
        self.inner.changed.notify_all();
    }

    /// Waits for the exercise that is to be graded next; `None` after the shutdown.
    pub fn next(&self) -> Option<Job> {
        let mut state = self.state();
        loop {
            if state.shut_down {
                return None;
            }
            if let Some(number) = state.waiting.pop_front() {
                let (stop, stopped) = watch::channel(false);
                state.running = Some((number, stop));
                let stamp = self.exercise(number).stamp();
                // A save that was not noticed yet is graded by this run, and not again.
                if self.exercise(number).is_begun() {
                    state.seen[number] = stamp;
                }
                return Some(Job { number, stamp, language: state.language, stop: stopped });
            }
            state = self.inner.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Takes the verdict on the version of the file that has this stamp.
    pub fn done(&self, number: usize, stamp: Stamp, language: Language, verdict: Verdict) {
        let mut state = self.state();
        state.running = None;
        match verdict {
            Verdict::Stopped if state.waiting.contains(&number) => {
                self.change(|grades| grades.waits(number));
            }
            Verdict::Stopped => {
                state.graded[number] = None;
                let begun = self.exercise(number).is_begun();
                self.change(|grades| grades.is_begun(number, begun));
            }
            verdict => {
                (state.graded[number], state.told_in[number]) = (stamp, language);
                self.change(|grades| grades.end(number, verdict));
            }
        }
    }

    /// Stops the grading whenever no page has been open for the grace period; returns after the shutdown.
    pub fn stop_when_abandoned(&self) {
        let mut state = self.state();
        while !state.shut_down {
            let is_busy = state.on || state.running.is_some() || !state.waiting.is_empty();
            let abandoned = state.abandoned.filter(|_| is_busy);
            let left = abandoned.map(|since| self.inner.grace.saturating_sub(since.elapsed()));
            state = match left {
                Some(Duration::ZERO) => {
                    state.abandoned = None;
                    self.stop(&mut state);
                    state
                }
                Some(left) => {
                    let waited = self.inner.changed.wait_timeout(state, left);
                    waited.unwrap_or_else(PoisonError::into_inner).0
                }
                None => self.inner.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
            };
        }
    }

    /// Counts a page that listens.
    pub fn open_page(&self) -> OpenPage {
        let mut state = self.state();
        state.pages += 1;
        state.abandoned = None;
        OpenPage(self.clone())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.inner.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for OpenPage {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.pages -= 1;
        if state.pages == 0 {
            state.abandoned = Some(Instant::now());
            self.0.inner.changed.notify_all();
        }
    }
}
