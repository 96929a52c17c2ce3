//! Serving the book on loopback, and building it again when its sources change.

use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header;
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::sync::{oneshot, watch};
use tower_http::compression::CompressionLayer;
use tower_http::services::{ServeDir, ServeFile};

use crate::build;
use crate::desk::{self, Desk};
use crate::error::Error;
use crate::exercise::Exercise;
use crate::guard::{self, Session};
use crate::live::{self, Edition};
use crate::runs::Runs;
use crate::say::{complain, say};
use crate::sources::Sources;
use crate::watch::{Shown, Wake, Watch};

/// Builds the book, serves it, and keeps it up to date until Ctrl-C.
///
/// # Errors
///
/// The port is taken, the first build fails, or the system refuses something.
pub fn serve(root: &Path, port: u16, open: bool, grace: Duration) -> Result<(), Error> {
    let (interrupt, interrupted) = oneshot::channel();
    stop_on_signal(interrupt)?;
    let session = Session::new()?;
    // Before the build: a port that is taken should not cost the time of one.
    let listener = listen(port)?;
    say("building the book");
    let started = Instant::now();
    let sources = Sources::read(root)?;
    let (watch, stopper) = Watch::start(&sources)?;
    let shown = Shown::by(&sources);
    let exercises = Exercise::all(&sources);
    let first = edition(sources)?;
    say(format!("built in {:.1} s", started.elapsed().as_secs_f64()));

    let (sender, editions) = watch::channel(first);
    let root = root.to_owned();
    let (desk, clerks) = Desk::open(root.clone(), exercises, grace)
        .map_err(|why| Error::failed("cannot grade on the page", why))?;
    let routes = routes(editions, &desk, Runs::new(root.clone()), session);
    let builder = thread::spawn(move || keep_building(&root, &watch, shown, &sender, &desk));
    let served = answer(listener, routes, open, interrupted);
    clerks.go_home();
    // The builder ends its build first, so that no half-written directory stays behind.
    let _ = stopper.send(Wake::Stop);
    let _ = builder.join();
    served
}

fn stop_on_signal(interrupt: oneshot::Sender<()>) -> Result<(), Error> {
    let mut interrupt = Some(interrupt);
    ctrlc::set_handler(move || {
        if let Some(interrupt) = interrupt.take() {
            // Nobody waits when the first build has failed.
            let _ = interrupt.send(());
        }
    })
    .map_err(|why| Error::failed("cannot handle Ctrl-C", why))
}

fn listen(port: u16) -> Result<TcpListener, Error> {
    let refused = |why: io::Error| {
        Error::failed(format!("cannot listen on {}:{port}", Ipv4Addr::LOCALHOST), why)
            .advice("is another reader running? --port 0 picks a free port")
    };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(refused)?;
    listener.set_nonblocking(true).map_err(refused)?;
    Ok(listener)
}

/// Builds the sources as a new edition.
fn edition(sources: Sources) -> Result<Edition, Error> {
    let id =
        SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos().to_string();
    let unwritable =
        |why: io::Error| Error::failed("cannot write the book to a temporary directory", why);
    let site = tempfile::Builder::new().prefix("book-").tempdir().map_err(unwritable)?;
    build::build(sources, site.path(), true)?;
    live::sign(site.path(), &id).map_err(unwritable)?;
    Ok(Edition { id: id.into(), site: Arc::new(site), broken: None })
}

/// The builder's life: one build after each change, the good ones put in the last one's place.
fn keep_building(
    root: &Path,
    watch: &Watch,
    mut shown: Shown,
    editions: &watch::Sender<Edition>,
    desk: &Desk,
) {
    while watch.wait() {
        desk.look();
        let changed = shown.changed();
        if changed.is_empty() {
            continue;
        }
        say(format!("changed {}", changed.join(", ")));
        let started = Instant::now();
        let built = Sources::read(root).and_then(|sources| {
            shown.follow(&sources);
            edition(sources)
        });
        match built {
            Ok(edition) => {
                say(format!("rebuilt in {:.1} s", started.elapsed().as_secs_f64()));
                editions.send_replace(edition);
            }
            Err(error) => {
                complain(format!("{error}\nthe last good book stays up"));
                editions.send_modify(|edition| edition.broken = Some(error.to_string().into()));
            }
        }
    }
}

/// Serves until Ctrl-C; open streams end with the runtime.
fn answer(
    listener: TcpListener,
    routes: Router,
    open: bool,
    interrupted: oneshot::Receiver<()>,
) -> Result<(), Error> {
    let failed = |why: io::Error| Error::failed("cannot serve the book", why);
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::from_std(listener).map_err(failed)?;
        let url = format!("http://{}", listener.local_addr().map_err(failed)?);
        say(format!("serving the book on {url} (Ctrl-C stops it)"));
        if open {
            open_browser(&url);
        }
        tokio::select! {
            served = axum::serve(listener, routes) => served.map_err(failed),
            _ = interrupted => Ok(()),
        }
    })
}

fn routes(editions: watch::Receiver<Edition>, desk: &Desk, runs: Runs, session: Session) -> Router {
    let pages = desk.clone();
    Router::new()
        .route("/live", get(|State(editions)| async move { live::stream(editions, &pages) }))
        .fallback(page)
        .with_state(editions)
        .merge(desk::routes(desk))
        .merge(runs.routes())
        .route("/live/session", get(guard::session).with_state(session.clone()))
        // Text shrinks to a third; not streams of events, which must not wait to be compressed.
        .layer(CompressionLayer::new())
        .layer(middleware::from_fn_with_state(session, guard::guard))
}

/// A file of the current edition.
async fn page(State(editions): State<watch::Receiver<Edition>>, mut request: Request) -> Response {
    let site = Arc::clone(&editions.borrow().site);
    // It tells builds apart by the second only: a page could stay old after a quick edit. The
    // ETag is exact.
    request.headers_mut().remove(header::IF_MODIFIED_SINCE);
    let missing = ServeFile::new(site.path().join("404.html"));
    let response = ServeDir::new(site.path()).not_found_service(missing).try_call(request).await;
    match response {
        Ok(mut response) => {
            response.headers_mut().remove(header::LAST_MODIFIED);
            response.map(Body::new)
        }
        Err(why) => (StatusCode::INTERNAL_SERVER_ERROR, format!("cannot read the page: {why}\n"))
            .into_response(),
    }
}

/// Opens the browser; the book is served all the same when there is none.
fn open_browser(url: &str) {
    let opener = if cfg!(target_os = "macos") {
        "open"
    } else if cfg!(windows) {
        "explorer"
    } else {
        "xdg-open"
    };
    let started = Command::new(opener)
        .arg(url)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    if let Err(why) = started {
        complain(format!("error: cannot open a browser: {opener}: {why}\nopen {url} yourself"));
    }
}
