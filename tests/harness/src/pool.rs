//! What trials share because it takes long to make, and what only one trial at a time may have.

use std::ops::{Deref, DerefMut};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

/// Things of one kind that are made when they're first needed. Each belongs to one trial at a time.
pub struct Pool<T> {
    state: Mutex<State<T>>,
    returned: Condvar,
}

struct State<T> {
    /// How many may still be made.
    unmade: usize,
    /// Those that no trial has.
    free: Vec<T>,
}

/// A thing of a pool, which goes back to it when it's dropped. The next trial doesn't get what a failed one leaves.
pub struct Lent<T: 'static> {
    pool: &'static Pool<T>,
    thing: Option<T>,
}

impl<T> Pool<T> {
    /// At most so many are there at once.
    pub const fn of(most: usize) -> Pool<T> {
        let state = State { unmade: most, free: Vec::new() };
        Pool { state: Mutex::new(state), returned: Condvar::new() }
    }

    /// One of them, for this trial alone: a free one, or else a new one. Where all are lent, it waits.
    pub fn take(&'static self, make: impl FnOnce() -> T) -> Lent<T> {
        let all_lent = |state: &mut State<T>| state.unmade == 0 && state.free.is_empty();
        let state = self.returned.wait_while(self.state(), all_lent);
        let mut state = state.unwrap_or_else(PoisonError::into_inner);
        let thing = state.free.pop();
        state.unmade -= usize::from(thing.is_none());
        drop(state);
        // Before it's made: where that fails, another may be made.
        let mut lent = Lent { pool: self, thing };
        lent.thing.get_or_insert_with(make);
        lent
    }

    /// Drops those that no trial has. A static isn't dropped by itself.
    pub fn clear(&self) {
        self.state().free.clear();
    }

    fn state(&self) -> MutexGuard<'_, State<T>> {
        // It's whole between any two calls.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Deref for Lent<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.thing.as_ref().expect("it goes back only when it's dropped")
    }
}

impl<T> DerefMut for Lent<T> {
    fn deref_mut(&mut self) -> &mut T {
        self.thing.as_mut().expect("it goes back only when it's dropped")
    }
}

impl<T> Drop for Lent<T> {
    fn drop(&mut self) {
        let thing = self.thing.take().filter(|_| !thread::panicking());
        let mut state = self.pool.state();
        match thing {
            Some(thing) => state.free.push(thing),
            None => state.unmade += 1,
        }
        self.pool.returned.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::thread;

    use super::Pool;

    #[test]
    fn one_that_comes_back_is_lent_again() {
        static POOL: Pool<u32> = Pool::of(1);
        *POOL.take(|| 1) += 1;
        assert_eq!(*POOL.take(|| 7), 2);
        POOL.clear();
    }

    #[test]
    fn one_that_cannot_be_made_takes_no_place() {
        static POOL: Pool<u32> = Pool::of(1);
        let failed = thread::spawn(|| drop(POOL.take(|| panic!("not made")))).join();
        assert!(failed.is_err());
        assert_eq!(*POOL.take(|| 3), 3);
    }

    #[test]
    fn what_a_failed_trial_leaves_is_not_lent_again() {
        static POOL: Pool<u32> = Pool::of(1);
        let failed = thread::spawn(|| {
            let _lent = POOL.take(|| 1);
            panic!("it fails");
        });
        assert!(failed.join().is_err());
        assert_eq!(*POOL.take(|| 2), 2);
    }

    #[test]
    fn a_trial_that_comes_too_late_waits() {
        static POOL: Pool<u32> = Pool::of(2);
        let (taken, order) = mpsc::channel();
        let [first, second] = [POOL.take(|| 1), POOL.take(|| 2)];
        let third = thread::spawn(move || {
            taken.send("begins").expect("heard");
            let value = *POOL.take(|| 3);
            taken.send("has it").expect("heard");
            value
        });
        assert_eq!(order.recv(), Ok("begins"));
        assert!(order.try_recv().is_err(), "both are lent");
        drop(second);
        assert_eq!(order.recv(), Ok("has it"));
        assert_eq!(third.join().expect("no panic"), 2);
        drop(first);
    }
}
