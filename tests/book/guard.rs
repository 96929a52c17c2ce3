//! What the server refuses: another host's name, no name, paths out of the book; and whatever starts
//! something, to all pages but the book's own.

use std::net::{Ipv4Addr, SocketAddr, TcpStream};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use harness::Trial;
use sha2::{Digest, Sha256};

use crate::support::{SECOND, Server, SmallBook, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        a_foreign_host_is_refused,
        a_published_port_has_the_same_guard,
        paths_out_of_the_book_are_refused,
        the_token_is_for_the_books_own_pages,
        a_request_without_the_token_is_refused,
        a_request_of_a_foreign_page_is_refused,
        every_answer_forbids_foreign_frames,
        a_page_loads_from_its_server_alone,
    ]
}

fn a_foreign_host_is_refused() {
    let book = SmallBook::new();
    let server = Server::start(&book);
    let status = |head: &str| server.ask(&format!("{head}\r\nConnection: close\r\n\r\n")).status;
    for host in ["127.0.0.1", "127.0.0.1:1", "localhost", "LocalHost:3000", "[::1]", "[::1]:80"] {
        assert_eq!(status(&format!("GET / HTTP/1.1\r\nHost: {host}")), 200, "{host}");
    }
    for host in [
        "example.com",
        "example.com:3000",
        "127.0.0.1.example.com",
        "127.0.0.1@example.com",
        "a@127.0.0.1",
        "",
        "::1",
    ] {
        assert_eq!(status(&format!("GET / HTTP/1.1\r\nHost: {host}")), 403, "{host}");
        assert_eq!(status(&format!("GET /live HTTP/1.1\r\nHost: {host}")), 403, "{host}");
    }
    assert_eq!(status("GET / HTTP/1.1"), 403);
    assert_eq!(status("GET / HTTP/1.0"), 403);
    assert_eq!(status("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: example.com"), 403);
    assert_eq!(status("GET http://example.com/ HTTP/1.1\r\nHost: 127.0.0.1"), 403);
}

/// On Linux, 127.0.0.2 is an address of this machine that a listener of 127.0.0.1 doesn't have.
fn a_published_port_has_the_same_guard() {
    let book = SmallBook::new();
    let usual = Server::start(&book);
    assert_eq!(usual.complaints(), "");
    assert!(TcpStream::connect(elsewhere(&usual)).is_err(), "it listens elsewhere by itself");
    drop(usual);

    let mut server = Server::start_as(&book, |command| {
        command.args(["--listen", "0.0.0.0"]);
    });
    let said = server.complaints();
    assert!(said.starts_with(&format!("warning: listening on 0.0.0.0:{}", server.addr.port())));
    assert!(said.contains("docker run -p 127.0.0.1:3000:"), "{said}");
    // The address that it says is one for a browser.
    assert!(server.addr.ip().is_loopback());
    assert_eq!(server.get("/").status, 200);

    if cfg!(target_os = "linux") {
        server.addr = elsewhere(&server);
    }
    let port = server.addr.port();
    let status = |lines: &str| server.ask(&format!("{lines}\r\nConnection: close\r\n\r\n")).status;
    // A browser names what it was given: a port of its own machine.
    assert_eq!(status("GET / HTTP/1.1\r\nHost: 127.0.0.1:3000"), 200);
    for host in ["example.com", "192.0.2.7:3000", "0.0.0.0:3000", "book"] {
        assert_eq!(status(&format!("GET / HTTP/1.1\r\nHost: {host}")), 403, "{host}");
        assert_eq!(status(&format!("GET /live/session HTTP/1.1\r\nHost: {host}")), 403, "{host}");
    }
    let post = format!("POST /live/nope HTTP/1.1\r\nHost: localhost:{port}\r\nContent-Length: 0");
    for from in ["", "\r\nOrigin: https://example.com", "\r\nSec-Fetch-Site: cross-site"] {
        assert_eq!(status(&format!("{post}{from}")), 403, "{from}");
    }
    let ours = format!("{post}\r\nOrigin: http://localhost:{port}");
    assert_eq!(status(&ours), 403, "without the token");
    server.addr.set_ip(Ipv4Addr::LOCALHOST.into());
    let token = server.token();
    assert_ne!(
        server.ask(&format!("{ours}\r\nX-Book-Token: {token}\r\nConnection: close\r\n\r\n")).status,
        403
    );
}

fn elsewhere(server: &Server) -> SocketAddr {
    let ip = if cfg!(target_os = "linux") { [127, 0, 0, 2] } else { [192, 0, 2, 1] };
    SocketAddr::from((ip, server.addr.port()))
}

fn paths_out_of_the_book_are_refused() {
    let book = SmallBook::new();
    let server = Server::start(&book);
    let paths = [
        "/../Cargo.toml",
        "/../book.toml",
        "/%2e%2e/book.toml",
        "/%2e%2e%2fbook.toml",
        "/..%5cbook.toml",
        "/figures/../../book.toml",
        "//etc/passwd",
        "/%00",
    ];
    for path in paths {
        let answer = server.get(path);
        assert!((400..500).contains(&answer.status), "{path}: {}", answer.head);
        assert!(!answer.body.contains("[book]"), "{path}: {}", answer.body);
    }
}

fn the_token_is_for_the_books_own_pages() {
    let book = SmallBook::new();
    let server = Server::start(&book);
    let answer = server.get("/live/session");
    assert_eq!(answer.status, 200);
    let head = answer.head.to_ascii_lowercase();
    assert!(head.contains("content-type: application/json"), "{head}");
    assert!(head.contains("cache-control: no-store"), "{head}");
    // Without these headers a browser keeps the answer from pages of other origins.
    assert!(!head.contains("access-control-"), "{head}");
    let token = server.token();
    assert!(token.len() == 32 && token.chars().all(|c| c.is_ascii_hexdigit()), "{token}");
    assert_eq!(server.token(), token);
    let other = Server::start(&book);
    assert_ne!(other.token(), token, "two runs have the same token");
    for foreign in FOREIGN {
        let head = format!("GET /live/session HTTP/1.1\r\n{foreign}");
        let answer = server.ask_as(&head, "");
        assert_eq!(answer.status, 403, "{foreign}");
        assert!(!answer.body.contains(&token), "{foreign}");
    }
}

/// What a browser sends for a page of another origin, and what only another program can send.
const FOREIGN: [&str; 8] = [
    "Origin: https://example.com",
    "Origin: http://127.0.0.1:1",
    "Origin: http://localhost",
    "Origin: null",
    "Origin: ",
    "Sec-Fetch-Site: cross-site",
    "Sec-Fetch-Site: same-site",
    "Origin: http://HOST\r\nSec-Fetch-Site: cross-site",
];

fn a_request_without_the_token_is_refused() {
    let book = SmallBook::new();
    let server = Server::start(&book);
    let token = server.token();
    let post = |path: &str, token: &str| {
        server.ask_as(&format!("POST {path} HTTP/1.1\r\nOrigin: http://HOST{token}"), "")
    };
    let right = format!("\r\nX-Book-Token: {token}");
    // Past the guard; there is nothing behind it.
    assert_ne!(post("/live/nope", &right).status, 403);
    let wrong = [
        "",
        "\r\nX-Book-Token: ",
        "\r\nX-Book-Token: 0123456789abcdef0123456789abcdef",
        &right[..right.len() - 1],
        &format!("{right}0"),
        &format!("{right}{right}"),
    ];
    for wrong in wrong {
        for path in ["/live/nope", "/", "/index.html", "/live/session"] {
            let answer = post(path, wrong);
            assert_eq!(answer.status, 403, "{path} {wrong}");
            assert!(answer.body.contains("token"), "{}", answer.body);
        }
    }
    // Addresses end up in logs and histories: a token there is none.
    assert_eq!(post(&format!("/live/nope?token={token}"), "").status, 403);
    for method in ["PUT", "DELETE", "OPTIONS", "PATCH"] {
        let head = format!("{method} /live/nope HTTP/1.1\r\nOrigin: http://HOST{right}");
        assert_eq!(server.ask_as(&head, "").status, 405, "{method}");
    }
}

fn a_request_of_a_foreign_page_is_refused() {
    let book = SmallBook::new();
    let server = Server::start(&book);
    let token = format!("X-Book-Token: {}", server.token());
    let post =
        |from: &str| server.ask_as(&format!("POST /live/nope HTTP/1.1\r\n{token}{from}"), "");
    for ours in ["Origin: http://HOST", "Sec-Fetch-Site: same-origin"] {
        assert_ne!(post(&format!("\r\n{ours}")).status, 403, "{ours}");
    }
    for foreign in FOREIGN {
        assert_eq!(post(&format!("\r\n{foreign}")).status, 403, "{foreign}");
    }
    assert_eq!(post("").status, 403, "from nowhere");
    // A page of another origin may show a link to ours, but may not listen to it.
    let get = |path: &str| {
        server.ask_as(&format!("GET {path} HTTP/1.1\r\nSec-Fetch-Site: cross-site"), "").status
    };
    assert_eq!(get("/second.html"), 200);
    assert_eq!(get("/live"), 403);
}

fn every_answer_forbids_foreign_frames() {
    let book = SmallBook::new();
    let server = Server::start(&book);
    for path in ["/", "/nope.html", "/live/session"] {
        let head = server.get(path).head.to_ascii_lowercase();
        assert!(head.contains("frame-ancestors 'none'"), "{head}");
        assert!(head.contains("x-content-type-options: nosniff"), "{head}");
    }
    // Without scripts, a page shows the list of chapters in a frame.
    let head = server.get("/toc.html").head.to_ascii_lowercase();
    assert!(head.contains("frame-ancestors 'self'"), "{head}");
}

/// What the policy is worth is tried in Chromium: `attacks::a_page_loads_nothing_from_elsewhere`.
fn a_page_loads_from_its_server_alone() {
    let book = SmallBook::new();
    book.append(SECOND, "<script>document.title = 'of the chapter'</script>");
    book.write("book/chapters/other.html", "<main></main><script>alert('other')</script>");
    book.write("book/theme/head.hbs", "<script>document.title = 'of the theme'</script>\n");
    let server = Server::start(&book);
    let policy = |path: &str| {
        let head = server.get(path).head;
        let found = head.lines().find_map(|line| line.strip_prefix("content-security-policy: "));
        found.unwrap_or_else(|| panic!("no policy in {head}")).to_owned()
    };
    let page = policy("/second.html");
    assert_eq!(policy("/nope.html"), page);
    assert_eq!(policy("/other.html"), page);
    let directives: Vec<&str> = page.split("; ").collect();
    let scripts = directives.iter().find_map(|it| it.strip_prefix("script-src ")).expect("scripts");
    for directive in directives.iter().filter(|it| !it.starts_with("script-src ")) {
        let expected = [
            "default-src 'none'",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data:",
            "font-src 'self'",
            "connect-src 'self'",
            "frame-src 'self'",
            "frame-ancestors 'none'",
            "base-uri 'self'",
            "form-action 'none'",
        ];
        assert!(expected.contains(directive), "{directive}");
    }
    let sources: Vec<&str> = scripts.split(' ').collect();
    assert_eq!(sources[0], "'self'");
    // mdBook's own, and the theme's; none that a chapter brings along.
    assert!(sources.len() > 5, "{scripts}");
    assert!(sources[1..].iter().all(|source| source.starts_with("'sha256-")), "{scripts}");
    let hash = |script: &str| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(script)));
    assert!(scripts.contains(&hash("document.title = 'of the theme'")), "{scripts}");
    assert!(!scripts.contains(&hash("document.title = 'of the chapter'")), "{scripts}");
    assert!(!scripts.contains(&hash("alert('other')")), "{scripts}");
    // What is no page needs nothing at all.
    let body = server.get("/second.html").body;
    let (before, _) = body.split_once(".js\"").expect("a script");
    let script = before.rsplit('"').next().expect("its address");
    assert!(policy(&format!("/{script}.js")).starts_with("default-src 'none'; frame-ancestors"));
    assert!(policy("/live/session").starts_with("default-src 'none'; frame-ancestors"));
}
