//! Who may ask what: this server starts programs, and every page in the same browser can send it
//! requests. `THREATS.md` tells what each rule is for, and which test shows it.
//!
//! - Every request must name this machine as its host.
//! - Whatever lies under `/live` is for the book's own pages.
//! - A request that starts or stops something is a POST, comes from a page of this book, and shows the
//!   token of this run of the server. GET changes nothing, on any path.

use std::sync::Arc;

use axum::Json;
use axum::body;
use axum::extract::{Request, State};
use axum::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use axum::http::uri::Authority;
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use catalog::Language;
use common::Failure;
use serde_json::json;

use super::peer::Peer;
use super::{connections, policy};
use crate::process::secret::secret;
use crate::request::PageLanguage;

/// Carries the token. A page of another origin cannot set it without asking first (CORS), and is never
/// answered.
const TOKEN: HeaderName = HeaderName::from_static("x-book-token");

/// What the browser itself says about where a request comes from. Scripts cannot change it.
const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The largest body of a request, in bytes. The longest that a page sends are a line and a few arguments.
const LARGEST: usize = 64 * 1024;

/// One run of the server. Its token is known to the pages that it serves, and to no others.
#[derive(Clone)]
pub struct Session {
    token: Arc<str>,
}

impl Session {
    /// # Errors
    ///
    /// The system has no random bytes.
    pub fn new() -> Result<Session, Failure> {
        let token = secret::<16>()
            .map_err(|why| Failure::new("cannot get random bytes for a token", why))?;
        Ok(Session { token: token.into() })
    }
}

/// `GET /live/session`: the token, for scripts of this origin. Others cannot read the answer.
pub async fn session(State(session): State<Session>) -> Response {
    let mut response = Json(json!({ "token": &*session.token })).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Refuses what is not allowed, before any route sees it.
pub async fn guard(State(session): State<Session>, request: Request, next: Next) -> Response {
    let mut response = match refusal(&session, &request) {
        None => match with_whole_body(request).await {
            Ok(request) => next.run(request).await,
            Err(refused) => refused.into_response(),
        },
        Some((status, why)) => (status, format!("{why}\n")).into_response(),
    };
    let headers = response.headers_mut();
    // Keeps browsers from showing an old build.
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-cache"));
    // A page has its own. No other page shows ours in a frame, to have a button of ours clicked unseen.
    let strictest = HeaderValue::from_static(policy::STRICTEST);
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(strictest);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// Waits for a body until it is whole, but not for long: what is unfinished costs a descriptor.
async fn with_whole_body(request: Request) -> Result<Request, (StatusCode, &'static str)> {
    if request.method() != Method::POST {
        return Ok(request);
    }
    let (head, body) = request.into_parts();
    match tokio::time::timeout(connections::LONGEST, body::to_bytes(body, LARGEST)).await {
        Ok(Ok(whole)) => Ok(Request::from_parts(head, whole.into())),
        Ok(Err(_)) => Err((StatusCode::PAYLOAD_TOO_LARGE, "the body is too long, or cut off\n")),
        Err(_) => Err((StatusCode::REQUEST_TIMEOUT, "the body took too long\n")),
    }
}

fn refusal(session: &Session, request: &Request) -> Option<(StatusCode, &'static str)> {
    let forbidden = |why| Some((StatusCode::FORBIDDEN, why));
    let headers = request.headers();
    if !names_this_machine(request) {
        return forbidden("this server is for this machine only: use http://127.0.0.1");
    }
    let changes_nothing = matches!(*request.method(), Method::GET | Method::HEAD);
    let is_live = request.uri().path().starts_with("/live") || !changes_nothing;
    if is_live && is_foreign(headers) {
        return forbidden("this is for the book's own pages");
    }
    let peer = request.extensions().get::<Peer>();
    if is_live && peer.is_some_and(Peer::is_another_user) {
        return forbidden("another user of this machine has started this server: start your own");
    }
    if changes_nothing {
        return None;
    }
    if request.method() != Method::POST {
        return Some((StatusCode::METHOD_NOT_ALLOWED, "only GET, HEAD and POST"));
    }
    if !headers.contains_key(header::ORIGIN) && !headers.contains_key(SITE) {
        return forbidden("the request does not say which page it comes from");
    }
    let mut tokens = headers.get_all(TOKEN).iter();
    match (tokens.next(), tokens.next()) {
        (Some(token), None) if token.as_bytes() == session.token.as_bytes() => None,
        // The one that a page of the book can be told, when the server has been started again in between.
        _ => forbidden(match PageLanguage::of(request.uri()).0 {
            Language::English => {
                "the token is not that of this run of the server: load the page again"
            }
            Language::Chinese => "令牌不是服务器这次启动时的：请重新加载页面",
        }),
    }
}

/// Any web site can make its own name point at 127.0.0.1 and read what is served there; the host that a
/// request names gives that away.
fn names_this_machine(request: &Request) -> bool {
    let named = request.headers().get_all(header::HOST).iter();
    let named =
        named.map(|host| host.to_str().ok().and_then(|host| host.parse::<Authority>().ok()));
    let targeted = request.uri().authority().cloned().map(Some);
    request.headers().contains_key(header::HOST)
        && named.chain(targeted).all(|host| host.is_some_and(|host| is_loopback(&host)))
}

fn is_loopback(host: &Authority) -> bool {
    let is_plain = !host.as_str().contains('@');
    is_plain
        && ["127.0.0.1", "localhost", "[::1]"]
            .iter()
            .any(|name| host.host().eq_ignore_ascii_case(name))
}

/// Whether the browser says that a page of another origin has asked. Another port of this machine is
/// another origin.
fn is_foreign(headers: &HeaderMap) -> bool {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let ours = format!("http://{host}");
    let foreign_origin =
        |origin: &HeaderValue| !origin.as_bytes().eq_ignore_ascii_case(ours.as_bytes());
    // `none` is a person who typed the address.
    let foreign_site = |site: &HeaderValue| site != "same-origin" && site != "none";
    headers.get_all(header::ORIGIN).iter().any(foreign_origin)
        || headers.get_all(SITE).iter().any(foreign_site)
}
