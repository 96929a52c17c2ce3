//! The networks of runs that are over, for a restart on the same port: what the kernel keeps of a connection is
//! there as well.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::time::sleep;

use super::sockets::TIME_WAIT;
use crate::stage::Spaces;

/// Each has two open files.
const MOST: usize = 3;

/// One network for each panel, of its last run.
#[derive(Clone, Default)]
pub struct Shelf {
    kept: Arc<Mutex<Vec<Kept>>>,
}

/// A panel, and the network of its last run.
type Kept = (String, Arc<Spaces>);

impl Shelf {
    /// Keeps the network of a run that is over.
    pub fn put(&self, panel: &str, spaces: &Arc<Spaces>) {
        let mut kept = self.kept();
        kept.retain(|(other, _)| other != panel);
        if kept.len() >= MOST {
            kept.remove(0);
        }
        kept.push((panel.to_owned(), Arc::clone(spaces)));
        drop(kept);
        let (shelf, spaces) = (self.clone(), Arc::downgrade(spaces));
        tokio::spawn(async move {
            // Nothing else is left by then.
            sleep(TIME_WAIT).await;
            shelf.kept().retain(|(_, other)| !std::ptr::eq(Arc::as_ptr(other), spaces.as_ptr()));
        });
    }

    /// The network of the last run in this panel, if it's there. The next one doesn't get it from here.
    pub fn take(&self, panel: &str) -> Option<Spaces> {
        let mut kept = self.kept();
        let place = kept.iter().position(|(other, _)| other == panel)?;
        let (_, spaces) = kept.remove(place);
        spaces.take().ok()
    }

    fn kept(&self) -> MutexGuard<'_, Vec<Kept>> {
        // It's whole between any two calls.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
