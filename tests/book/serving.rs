//! The server shows pages, follows changes of chapters and of the programs shown in them, keeps the last
//! good page up while a chapter is broken, and stops on Ctrl-C.

use std::fs;
use std::net::TcpListener;

use harness::Trial;
use predicates::prelude::*;
use predicates::str::contains;

use crate::support::{PROGRAM, SECOND, SETTINGS, Server, SmallBook, interrupt, program, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        a_page_is_served_on_a_free_port,
        an_unknown_page_is_404,
        a_changed_chapter_is_rebuilt,
        a_changed_program_is_rebuilt,
        a_broken_edit_keeps_the_last_good_page,
        a_mended_book_toml_is_followed,
        a_taken_port_is_a_clear_error,
        a_broken_book_is_not_served,
        ctrl_c_stops_the_server,
    ]
}

// The server at work.

fn a_page_is_served_on_a_free_port() {
    let book = SmallBook::new();
    let server = Server::start(&book);
    for path in ["/", "/index.html"] {
        let answer = server.get(path);
        assert_eq!(answer.status, 200);
        assert!(answer.body.contains("First words"), "{}", answer.body);
        assert!(
            answer.head.to_ascii_lowercase().contains("cache-control: no-cache"),
            "{}",
            answer.head
        );
    }
    let page = server.get("/second.html").body;
    assert!(page.contains("<script src=\"book/theme/reload-"), "{page}");
    assert!(page.contains("<code>lessons/one/main.rs</code></figcaption>"), "{page}");
}

fn an_unknown_page_is_404() {
    let book = SmallBook::new();
    let server = Server::start(&book);
    let answer = server.get("/nope.html");
    assert_eq!(answer.status, 404);
    assert!(answer.body.contains("Document not found"), "{}", answer.body);
}

fn a_changed_chapter_is_rebuilt() {
    let book = SmallBook::new();
    let server = Server::start(&book);
    let mut stream = server.stream();
    let first = stream.next("build");
    assert!(server.get("/").body.contains(&first), "the page does not know its build");
    book.append(SECOND, "Third words");
    let second = stream.next("build");
    assert_ne!(first, second);
    let page = server.get("/second.html").body;
    assert!(page.contains("Third words") && page.contains(&second), "{page}");
    server.says("changed book/chapters/second.md");
    server.says("rebuilt in ");
}

fn a_changed_program_is_rebuilt() {
    let book = SmallBook::new();
    let server = Server::start(&book);
    let mut stream = server.stream();
    stream.next("build");
    // No chapter shows this file: the build that follows is the next change's.
    book.write("lessons/one/unseen.rs", "fn unseen() {}\n");
    book.write("lessons/one/main.rs", &PROGRAM.replace("bind", "connect"));
    stream.next("build");
    assert!(server.get("/second.html").body.contains("connect()"));
    server.says("changed lessons/one/main.rs");
}

fn a_broken_edit_keeps_the_last_good_page() {
    let book = SmallBook::new();
    let server = Server::start(&book);
    let mut stream = server.stream();
    let first = stream.next("build");
    let good = fs::read_to_string(book.path(SECOND)).unwrap();
    book.write(SECOND, "# Second\n\nOther words, [dead](nope.md) <b>\n");
    let errors = stream.next("broken");
    assert!(
        errors.contains("book/chapters/second.md:3: link to nope.md: no such chapter"),
        "{errors}"
    );
    let page = server.get("/second.html").body;
    assert!(page.contains("Second words") && page.contains(&first), "{page}");

    assert_eq!(server.complaints(), format!("{errors}\nthe last good book stays up\n"));

    // A page that is opened now hears of it too.
    let mut late = server.stream();
    assert_eq!(late.next("build"), first);
    assert_eq!(late.next("broken"), errors);

    book.write(SECOND, &good.replace("Second words", "Mended words"));
    let mended = stream.next("build");
    assert_ne!(mended, first);
    assert!(server.get("/second.html").body.contains("Mended words"));

    // And one that is opened then hears only of good builds.
    let mut late = server.stream();
    assert_eq!(late.any(), ("build".to_owned(), mended.clone()));
    book.write(SECOND, &good);
    let (kind, id) = late.any();
    assert_eq!(kind, "build");
    assert_ne!(id, mended);
}

fn a_mended_book_toml_is_followed() {
    let book = SmallBook::new();
    let server = Server::start(&book);
    let mut stream = server.stream();
    let first = stream.next("build");
    book.write("book.toml", "[book\n");
    assert!(stream.next("broken").contains("book.toml"));
    book.write("book.toml", &SETTINGS.replace("A small book", "A mended book"));
    assert_ne!(stream.next("build"), first);
    assert!(server.get("/").body.contains("A mended book"));
}

fn a_taken_port_is_a_clear_error() {
    let book = SmallBook::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = taken.local_addr().unwrap();
    program()
        .args(["--port", &addr.port().to_string(), "--root"])
        .arg(book.dir.path())
        .assert()
        .code(1)
        .stderr(contains(format!("error: cannot listen on {addr}: ")).and(contains("--port 0")));
}

fn a_broken_book_is_not_served() {
    let book = SmallBook::new();
    book.append(SECOND, "[a](nope.md)");
    program()
        .args(["--port", "0", "--root"])
        .arg(book.dir.path())
        .assert()
        .code(1)
        .stderr(contains("book/chapters/second.md:5: link to nope.md"));
}

fn ctrl_c_stops_the_server() {
    let book = SmallBook::new();
    let mut server = Server::start(&book);
    let mut stream = server.stream();
    stream.next("build");
    interrupt(&server.child).unwrap();
    let status = server.wait();
    assert_eq!(status.code(), Some(0), "{status}");
    // The stream was open until now; nothing that the server wrote is left behind.
    stream.ends();
    assert_eq!(fs::read_dir(book.path("tmp")).unwrap().count(), 0);
}
