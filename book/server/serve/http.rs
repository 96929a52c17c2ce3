//! Serving the book, on loopback unless told otherwise, and building it again when its sources change.

use std::fmt;
use std::io::{self, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware;
use axum::response::Response;
use axum::routing::get;
use common::{Failure, complain};
use tokio::sync::{oneshot, watch};
use tower_http::compression::CompressionLayer;

use super::connections;
use super::edition::Edition;
use super::events;
use super::guard::{self, Session};
use super::watch::{Shown, Wake, Watch};
use crate::grading::{self, GradeQueue, Workers};
use crate::panels::{Ground, Runs};
use crate::source::{Exercise, Sources};

/// How long the end may take, in order. A program that is to end has two seconds.
const LONGEST_END: Duration = Duration::from_secs(10);

/// Builds the book, serves it, and keeps it up to date until Ctrl-C.
///
/// # Errors
///
/// The port cannot be had, the first build fails, or the system refuses something.
pub fn serve(
    ground: Ground,
    address: SocketAddr,
    open: bool,
    grace: Duration,
) -> Result<(), Failure> {
    let (interrupt, interrupted) = oneshot::channel();
    stop_on_signal(interrupt)?;
    let session = Session::new()?;
    // Before the build: a port that is taken should not cost the time of one.
    let listener = listen(address)?;
    say(format_args!("building the book"));
    let started = Instant::now();
    let sources = Sources::read(&ground.root)?;
    let (watch, stopper) = Watch::start(&sources);
    let shown = Shown::by(&sources);
    let exercises = Exercise::all(&sources);
    let first = Edition::build(sources)?;
    say(format_args!("built in {:.1} s", started.elapsed().as_secs_f64()));

    let (sender, editions) = watch::channel(first);
    let root = ground.root.clone();
    let queue = GradeQueue::new(root.clone(), exercises, grace);
    let workers =
        Workers::start(&queue).map_err(|why| Failure::new("cannot grade on the page", why))?;
    let routes = routes(editions, &queue, Runs::new(ground, &queue), session);
    let builder = thread::spawn(move || keep_building(&root, &watch, shown, &sender, &queue));
    let served = answer(listener, routes, open, interrupted);
    workers.shut_down();
    // The builder ends its build first, so that no half-written directory stays behind.
    let _ = stopper.send(Wake::Stop);
    let _ = builder.join();
    served
}

/// Tells of something that went well. The book is served even if no terminal is left to tell.
fn say(line: fmt::Arguments<'_>) {
    let _ = common::say(line);
}

fn stop_on_signal(interrupt: oneshot::Sender<()>) -> Result<(), Failure> {
    let mut interrupt = Some(interrupt);
    ctrlc::set_handler(move || {
        if let Some(interrupt) = interrupt.take() {
            // It fails when the first build has failed.
            let _ = interrupt.send(());
            thread::spawn(|| {
                thread::sleep(LONGEST_END);
                // A build waits for a file system that does not answer.
                std::process::exit(1);
            });
        }
    })
    .map_err(|why| Failure::new("cannot handle Ctrl-C", why))
}

fn listen(address: SocketAddr) -> Result<TcpListener, Failure> {
    let refused = |why: io::Error| {
        let advice = match why.kind() {
            io::ErrorKind::PermissionDenied => {
                "ports below 1024 need a privilege: --port 3000 needs none, and --port 0 picks a free port"
            }
            io::ErrorKind::AddrInUse => {
                "is the book being served already? --port 0 picks a free port"
            }
            io::ErrorKind::AddrNotAvailable => {
                "this machine has no such address: without --listen it's 127.0.0.1"
            }
            _ => "--port 0 picks a free port",
        };
        Failure::new(format!("cannot listen on {address}"), why).advise(advice)
    };
    let listener = TcpListener::bind(address).map_err(refused)?;
    listener.set_nonblocking(true).map_err(refused)?;
    if !address.ip().is_loopback() {
        let port = listener.local_addr().map_err(refused)?.port();
        warn(SocketAddr::new(address.ip(), port));
    }
    Ok(listener)
}

/// The guard knows pages by the names they use, and another machine can use any name.
fn warn(address: SocketAddr) {
    let _ = writeln!(
        io::stderr(),
        "warning: listening on {address}, which other machines may reach: what reaches it can start this book's \
         programs here\npublish the port on loopback alone, as `docker run -p 127.0.0.1:3000:{}` does, and open \
         http://127.0.0.1:3000; under another name no page is shown",
        address.port()
    );
}

/// Builds the book after each change. A good build takes the place of the last one.
fn keep_building(
    root: &Path,
    watch: &Watch,
    mut shown: Shown,
    editions: &watch::Sender<Edition>,
    queue: &GradeQueue,
) {
    // Events only wake. What was saved is seen by looking at the files.
    while watch.wait() {
        queue.files_changed();
        let changed = shown.changed();
        if changed.is_empty() {
            continue;
        }
        say(format_args!("changed {}", changed.join(", ")));
        let started = Instant::now();
        let built = Sources::read(root).and_then(|sources| {
            shown.follow(&sources);
            Edition::build(sources)
        });
        match built {
            Ok(edition) => {
                say(format_args!("rebuilt in {:.1} s", started.elapsed().as_secs_f64()));
                editions.send_replace(edition);
            }
            Err(error) => {
                complain(&error);
                let _ = writeln!(io::stderr(), "the last good book stays up");
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
) -> Result<(), Failure> {
    let failed = |why: io::Error| Failure::new("cannot serve the book", why);
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::from_std(listener).map_err(failed)?;
        let url = format!("http://{}", shown(listener.local_addr().map_err(failed)?));
        say(format_args!("serving the book on {url} (Ctrl-C stops it)"));
        if open {
            open_browser(&url);
        }
        tokio::select! {
            never = connections::answer_all(listener, routes) => match never {},
            _ = interrupted => Ok(()),
        }
    })
}

/// The address under which a browser of this machine finds the book: "all addresses" is none.
fn shown(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        ip if !ip.is_unspecified() => ip,
        IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
    };
    SocketAddr::new(ip, address.port())
}

fn routes(
    editions: watch::Receiver<Edition>,
    queue: &GradeQueue,
    runs: Runs,
    session: Session,
) -> Router {
    let pages = queue.clone();
    Router::new()
        .route("/live", get(|State(editions)| async move { events::stream(editions, &pages) }))
        .fallback(page)
        .with_state(editions)
        .merge(grading::routes(queue))
        .merge(runs.routes())
        .route("/live/session", get(guard::session).with_state(session.clone()))
        // Text shrinks to a third; not streams of events, which must not wait to be compressed.
        .layer(CompressionLayer::new())
        .layer(middleware::from_fn_with_state(session, guard::guard))
}

/// A file of the current edition.
async fn page(State(editions): State<watch::Receiver<Edition>>, request: Request) -> Response {
    let site = Arc::clone(&editions.borrow().site);
    site.answer(request.method(), request.uri().path(), request.headers())
}

/// Opens the browser; the book is served anyway when there is none.
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
        let failure = Failure::new("cannot open a browser", format!("{opener}: {why}"));
        complain(&failure.advise(format!("open {url} yourself")));
    }
}
