//! A chapter that loads something from another host, in spellings that a search of the text does not know. Where
//! no policy forbids it, Chromium loads each of them; from the book's server, none.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{LazyLock, Mutex, PoisonError};
use std::thread;

use serde_json::json;

use crate::support::DEADLINE;
use crate::support::live::LiveVisit;

/// What is tried, under the name that it asks HOST for.
const SPELLINGS: &[(&str, &str)] = &[
    ("inline", "<script>new Image().src = 'HOST/inline'</script>"),
    ("module", "<script type='module'>import 'HOST/module'</script>"),
    ("handler", "<img alt='' src='data:,' onerror=\"new Image().src = 'HOST/handler'\">"),
    ("srcdoc", "<iframe srcdoc=\"<img src='HOST/srcdoc'>\"></iframe>"),
    ("frame", "<iframe src=\"data:text/html,<img src='HOST/frame'>\"></iframe>"),
    (
        "script-frame",
        "<iframe src=\"javascript:void (new Image().src = 'HOST/script-frame')\"></iframe>",
    ),
    ("escaped", r"<div style='background: u\72l(HOST/escaped)'>words</div>"),
    ("set-of-images", "<div style=\"background: image-set('HOST/set-of-images' 1x)\">words</div>"),
    ("import", r"<style>@\69mport 'HOST/import';</style>"),
    (
        "font",
        r"<style>@font-face { font-family: far; src: u\72l(HOST/font) }</style><p style='font-family: far'>words</p>",
    ),
    ("style", "<link rel='stylesheet' href=\"data:text/css,@import 'HOST/style';\">"),
    (
        "set",
        "<svg><image width='9' height='9'><set attributeName='href' to='HOST/set'/></image></svg>",
    ),
    (
        "animate",
        "<svg><image width='9' height='9'><animate attributeName='href' values='HOST/animate;HOST/animate' dur='9s'/></image></svg>",
    ),
    ("preload", "<link rel='preload' as='image' imagesrcset='HOST/preload 1x'>"),
    ("table", "<table background='HOST/table'><tr><td>words</td></tr></table>"),
];

/// A page with a base of its own, which is for all that is behind it.
const BASE: &str = "<base href='HOST/'><img alt='' src='base'>";

const HOSTILE: &str = "hostile.html";
const HOSTILE_BASE: &str = "hostile-base.html";

/// Another host: it remembers what it was asked for, and has the hostile pages as well.
static ELSEWHERE: LazyLock<SocketAddr> = LazyLock::new(|| {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            thread::spawn(move || answer(connection));
        }
    });
    address
});

static ASKED: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

fn asked() -> BTreeSet<String> {
    std::mem::take(&mut *ASKED.lock().unwrap_or_else(PoisonError::into_inner))
}

fn answer(mut connection: TcpStream) {
    let _ = connection.set_read_timeout(Some(DEADLINE));
    let mut request = [0; 4096];
    let length = connection.read(&mut request).unwrap_or_default();
    let request = String::from_utf8_lossy(&request[..length]);
    let Some(path) = request.split(' ').nth(1).map(|path| path.trim_start_matches('/')) else {
        return;
    };
    let page = pages().into_iter().find(|(name, _)| name == path);
    let (kind, body) = match page {
        Some((_, html)) => ("text/html", html),
        None => {
            let mut asked = ASKED.lock().unwrap_or_else(PoisonError::into_inner);
            asked.insert(path.to_owned());
            ("image/gif", String::new())
        }
    };
    let _ = write!(
        connection,
        "HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\
         Access-Control-Allow-Origin: *\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
}

/// The hostile pages, for the book's folder of chapters.
pub fn pages() -> [(String, String); 2] {
    let host = format!("http://{}", *ELSEWHERE);
    let all: String = SPELLINGS.iter().map(|(_, html)| format!("{html}\n")).collect();
    [(HOSTILE, &*all), (HOSTILE_BASE, BASE)].map(|(name, html)| {
        let head = "<!DOCTYPE html><meta charset='utf-8'><title>Hostile</title>";
        (name.to_owned(), format!("{head}{}", html.replace("HOST", &host)))
    })
}

pub fn a_page_loads_nothing_from_elsewhere(live: &mut LiveVisit) {
    let mut expected: BTreeSet<String> =
        SPELLINGS.iter().map(|(name, _)| (*name).to_owned()).collect();
    expected.insert("base".to_owned());
    // Without a policy, all of them are ways to load something.
    let mut loaded = BTreeSet::new();
    for page in [HOSTILE, HOSTILE_BASE] {
        live.browser.open(&format!("http://{}/{page}", *ELSEWHERE));
        settle(live);
    }
    for _ in 0..100 {
        loaded.extend(asked());
        if expected.is_subset(&loaded) {
            break;
        }
        settle(live);
    }
    let missing: Vec<&String> = expected.difference(&loaded).collect();
    assert!(missing.is_empty(), "these load nothing anyway: {missing:?}");
    // From the book's server, none is.
    live.browser.log("browser");
    for page in [HOSTILE, HOSTILE_BASE] {
        live.open(page);
        settle(live);
        settle(live);
    }
    let loaded: Vec<String> = asked().into_iter().filter(|name| expected.contains(name)).collect();
    assert_eq!(loaded, [""; 0]);
    let refused = live.browser.log("browser");
    let refused =
        refused.iter().filter(|it| it["message"].to_string().contains("Content Security"));
    assert!(refused.count() >= SPELLINGS.len(), "the browser did not even try");
}

/// Gives the page the time in which it asked elsewhere for everything, where it could.
fn settle(live: &LiveVisit) {
    let wait = "return new Promise((resolve) => { setTimeout(resolve, 300, null); })";
    live.browser.run(wait, &[json!(null)]);
}
