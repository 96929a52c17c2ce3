//! What the server tells its terminal about its clients.

use std::fmt::{self, Display};
use std::sync::atomic::{AtomicBool, Ordering};

use common::{complain, say};

/// Standard output. When it fails, that is said once; clients are no worse served for it.
pub struct Log {
    closed: AtomicBool,
}

impl Log {
    pub fn new() -> Log {
        Log { closed: AtomicBool::new(false) }
    }

    pub fn line(&self, line: fmt::Arguments<'_>) {
        if self.closed.load(Ordering::Relaxed) {
            return;
        }
        if let Err(failure) = say(line)
            && !self.closed.swap(true, Ordering::Relaxed)
        {
            complain(&failure.advise("serving on without a word"));
        }
    }
}

/// `1 byte`, `2 bytes`.
pub struct Count(pub usize, pub &'static str);

impl Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Count(number, noun) = self;
        write!(f, "{number} {noun}{}", if *number == 1 { "" } else { "s" })
    }
}
