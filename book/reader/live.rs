//! The live channel: each open page hears which build is current, what broke the last one, and how the
//! exercises do.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use std::{fs, io};

use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::stream::{self, Stream};
use tempfile::TempDir;
use tokio::sync::watch;

use crate::desk::{Desk, Page};
use crate::grades::{Grades, Told};

/// When a page asks again after its stream has broken.
const RETRY: Duration = Duration::from_millis(500);

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
/// with the errors; and `grade` with what is new of the exercises, at once and after each change.
pub fn stream(
    mut editions: watch::Receiver<Edition>,
    desk: &Desk,
) -> Sse<impl Stream<Item = Result<Event, Infallible>> + use<>> {
    editions.mark_changed();
    let mut grades = desk.grades();
    grades.mark_changed();
    let (told, page) = (Told::default(), desk.page());
    let page = Listener { editions, grades, told, queue: VecDeque::new(), _page: page };
    let events = stream::unfold(page, |mut page| async {
        let event = page.next().await?;
        Some((Ok(event), page))
    });
    Sse::new(events).keep_alive(KeepAlive::default())
}

struct Listener {
    editions: watch::Receiver<Edition>,
    grades: watch::Receiver<Grades>,
    told: Told,
    queue: VecDeque<Event>,
    _page: Page,
}

impl Listener {
    async fn next(&mut self) -> Option<Event> {
        while self.queue.is_empty() {
            tokio::select! {
                biased;
                changed = self.editions.changed() => {
                    changed.ok()?;
                    let edition = self.editions.borrow_and_update().clone();
                    // A reader that was ended may be back at once; browsers wait for seconds.
                    let build = Event::default().event("build").data(&*edition.id).retry(RETRY);
                    self.queue.push_back(build);
                    self.queue.extend(edition.broken.map(|errors| {
                        // A carriage return would end a line of the protocol.
                        Event::default().event("broken").data(errors.replace('\r', ""))
                    }));
                }
                changed = self.grades.changed() => {
                    changed.ok()?;
                    let news = self.grades.borrow_and_update().news(&mut self.told);
                    self.queue.extend(
                        news.map(|news| Event::default().event("grade").data(news.to_string())),
                    );
                }
            }
        }
        self.queue.pop_front()
    }
}
