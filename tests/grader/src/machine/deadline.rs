use std::time::{Duration, Instant};

/// The moment at which all of a run must be over.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadline(Instant);

impl Deadline {
    pub fn after(time: Duration) -> Deadline {
        Deadline(Instant::now() + time)
    }

    /// The same, so much later.
    pub fn later(self, time: Duration) -> Deadline {
        Deadline(self.0 + time)
    }

    /// The same, so much earlier.
    pub fn earlier(self, time: Duration) -> Deadline {
        Deadline(self.0.checked_sub(time).unwrap_or(self.0))
    }

    /// How much time is left; zero when the deadline has passed.
    pub fn left(self) -> Duration {
        self.0.saturating_duration_since(Instant::now())
    }

    /// Looks until `look` finds something, or the deadline has passed. For what no event announces: the
    /// exit of a process, the state of a socket.
    pub fn until<T>(self, mut look: impl FnMut() -> Option<T>) -> Option<T> {
        loop {
            let start = Instant::now();
            if let Some(found) = look() {
                return Some(found);
            }
            let left = self.left();
            if left.is_zero() {
                return None;
            }
            // To look at all sockets takes a while if there are many, and other tests run meanwhile.
            let pause = (start.elapsed() * 4).max(Duration::from_millis(2));
            std::thread::sleep(left.min(pause));
        }
    }
}
