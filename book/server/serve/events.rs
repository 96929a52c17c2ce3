//! The stream of events that each open page hears: which build is current, what broke the last one, and
//! how the exercises do.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::Duration;

use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::stream::{self, Stream};
use tokio::sync::watch;

use super::edition::Edition;
use crate::grading::{GradeQueue, Grades, OpenPage, Told};

/// When a page asks again after its stream has broken.
const RETRY: Duration = Duration::from_millis(500);

/// The stream of one page: `build` with the current id right away and after each good build, `broken`
/// with the errors; and `grade` with what is new of the exercises, right away and after each change.
pub fn stream(
    mut editions: watch::Receiver<Edition>,
    queue: &GradeQueue,
) -> Sse<impl Stream<Item = Result<Event, Infallible>> + use<>> {
    editions.mark_changed();
    let mut grades = queue.grades();
    grades.mark_changed();
    let (told, page) = (Told::default(), queue.open_page());
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
    _page: OpenPage,
}

impl Listener {
    async fn next(&mut self) -> Option<Event> {
        while self.queue.is_empty() {
            tokio::select! {
                biased;
                changed = self.editions.changed() => {
                    changed.ok()?;
                    let edition = self.editions.borrow_and_update().clone();
                    // A server that was ended may be back right away; browsers wait for seconds.
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
