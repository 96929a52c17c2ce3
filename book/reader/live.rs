//! The live channel: each open page hears which build is current, and what broke the last one.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::path::Path;
use std::sync::Arc;
use std::{fs, io};

use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::stream::{self, Stream};
use tempfile::TempDir;
use tokio::sync::watch;

/// What the server shows: the last good build, and what broke the one after it.
#[derive(Clone)]
pub struct Edition {
    /// Names the build; another run of the reader never gives the same name.
    pub id: Arc<str>,
    /// Deleted when the last request that reads from it is answered.
    pub site: Arc<TempDir>,
    pub broken: Option<Arc<str>>,
}

/// Writes the build's id into every page of a site, so that a page knows what it is a part of.
///
/// A page cannot ask for it: when its script runs, the next build may be current already.
///
/// # Errors
///
/// A page cannot be read or written.
pub fn sign(site: &Path, id: &str) -> io::Result<()> {
    for entry in fs::read_dir(site)? {
        let path = entry?.path();
        if path.is_dir() {
            sign(&path, id)?;
        } else if path.extension().is_some_and(|extension| extension == "html") {
            let meta = format!("<meta name=\"book-build\" content=\"{id}\">\n    </head>");
            let page = fs::read_to_string(&path)?.replacen("</head>", &meta, 1);
            fs::write(path, page)?;
        }
    }
    Ok(())
}

/// The stream of one page: `build` with the current id at once and after each good build, `broken`
/// with the errors.
pub fn stream(
    mut editions: watch::Receiver<Edition>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    editions.mark_changed();
    let events = stream::unfold((editions, VecDeque::new()), |(mut editions, mut queue)| async {
        if queue.is_empty() {
            editions.changed().await.ok()?;
            let edition = editions.borrow_and_update().clone();
            queue.push_back(Event::default().event("build").data(&*edition.id));
            queue.extend(edition.broken.map(|errors| {
                // A carriage return would end a line of the protocol.
                Event::default().event("broken").data(errors.replace('\r', ""))
            }));
        }
        let event = queue.pop_front()?;
        Some((Ok(event), (editions, queue)))
    });
    Sse::new(events).keep_alive(KeepAlive::default())
}
