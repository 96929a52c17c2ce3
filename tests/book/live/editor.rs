//! The editor that a page can have opened: which program it is, what that is given, and who may ask.
//!
//! The editors here are small scripts, which write down what they are given.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use harness::Trial;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use super::grading::{EXERCISE, book_with_exercise, is_gone};
use crate::support::{Answer, Server, SmallBook, is_alive, trials, until};

/// Writes down each word that it is given, in brackets, and what cargo may have set.
const EDITOR: &str = r#"#!/bin/sh
line=; for word in "$@"; do line="$line[$word]"; done
echo "$line $CARGO_PKG_NAME" >> "$FAKE/edited"
"#;

/// One whose window stays open.
const STAYS: &str = r#"#!/bin/sh
echo $$ >> "$FAKE/editors"
exec sleep 1000
"#;

pub fn trials() -> Vec<Trial> {
    trials![
        an_editor_gets_the_exercise_and_nothing_else,
        only_an_exercise_is_opened,
        a_request_from_elsewhere_opens_nothing,
        an_editor_for_a_terminal_is_not_started,
        an_editor_that_opens_a_window_is_started,
        an_editor_that_cannot_start_is_named,
        few_editors_are_open,
    ]
}

fn an_editor_gets_the_exercise_and_nothing_else() {
    let book = book_with("my editor", EDITOR);
    // The path of a program may have blanks.
    let server = serve(&book, |server| {
        server.env("BOOK_EDITOR", book.path("my editor")).env("CARGO_PKG_NAME", "book");
    });
    let answer = open(&server, "one");
    assert_eq!((answer.status, told(&answer)), (200, json!({ "opened": "my editor" })));
    let file = book.path(EXERCISE);
    assert_eq!(book.edited(), [format!("[{}] ", file.display())]);
    drop(server);

    // Behind it may be options. No shell reads them.
    fs::rename(book.path("my editor"), book.path("editor")).unwrap();
    let words = format!("{} --new $(touch injected);", book.path("editor").display());
    let server = with_editor(&book, words);
    assert_eq!(told(&open(&server, "one")), json!({ "opened": "editor" }));
    until("it has been started again", || book.edited().len() == 2);
    assert_eq!(book.edited()[1], format!("[--new][$(touch][injected);][{}] ", file.display()));
    assert!(!book.path("injected").exists());
}

fn only_an_exercise_is_opened() {
    let book = book_with("editor", EDITOR);
    book.write("lessons/two/exercise.rs", "");
    let server = with_editor(&book, book.path("editor"));
    for lesson in
        ["two", "on", "one/", "..%2fone", "one%2f..%2ftwo", "--help", "one%20--wait", "%00"]
    {
        let status = open(&server, lesson).status;
        assert!((400..500).contains(&status) && status != 409, "{lesson}: {status}");
    }
    fs::remove_file(book.path(EXERCISE)).unwrap();
    assert_eq!(open(&server, "one").status, 404);
    assert!(book.edited_now().is_empty(), "{:?}", book.edited_now());
}

fn a_request_from_elsewhere_opens_nothing() {
    let book = book_with("editor", EDITOR);
    let server = with_editor(&book, book.path("editor"));
    let token = format!("X-Book-Token: {}", server.token());
    for (head, status) in [
        ("POST /live/grade/open/one HTTP/1.1\r\nOrigin: http://HOST".to_owned(), 403),
        (format!("POST /live/grade/open/one HTTP/1.1\r\n{token}"), 403),
        (
            format!("POST /live/grade/open/one HTTP/1.1\r\nOrigin: http://127.0.0.1:1\r\n{token}"),
            403,
        ),
        (format!("GET /live/grade/open/one HTTP/1.1\r\nOrigin: http://HOST\r\n{token}"), 405),
        ("GET /live/grade/open/one HTTP/1.1\r\nSec-Fetch-Site: cross-site".to_owned(), 403),
    ] {
        assert_eq!(server.ask_as(&head, "").status, status, "{head}");
    }
    assert!(book.edited_now().is_empty(), "{:?}", book.edited_now());
}

fn an_editor_for_a_terminal_is_not_started() {
    let book = book_with("vim", EDITOR);
    let vim = book.path("vim");
    let server = serve(&book, |server| {
        server.env("VISUAL", &vim).env("EDITOR", &vim).env("PATH", "/nonexistent");
    });
    let answer = open(&server, "one");
    assert_eq!(answer.status, 409);
    let expected = json!({
        "why": "no editor is known that opens a window",
        "variable": "BOOK_EDITOR",
        "path": book.path(EXERCISE),
    });
    assert_eq!(told(&answer), expected);
    assert!(book.edited_now().is_empty(), "{:?}", book.edited_now());
    drop(server);
    // A reader who names it for this book knows that it opens one.
    let server = with_editor(&book, &vim);
    assert_eq!(told(&open(&server, "one")), json!({ "opened": "vim" }));
}

fn an_editor_that_opens_a_window_is_started() {
    let book = book_with("gedit", EDITOR);
    book.program("code", EDITOR);
    let path = book.dir.path();
    for (visual, editor, opened) in
        [("vi", "gedit", "gedit"), ("gedit", "vi", "gedit"), ("vi", "vi", "code"), ("", "", "code")]
    {
        let server = serve(&book, |server| {
            server.env("VISUAL", visual).env("EDITOR", editor).env("PATH", path);
        });
        assert_eq!(told(&open(&server, "one")), json!({ "opened": opened }), "{visual} {editor}");
    }
}

fn an_editor_that_cannot_start_is_named() {
    let book = book_with_exercise("");
    let server = with_editor(&book, "/nonexistent/gedit");
    let answer = open(&server, "one");
    assert_eq!(answer.status, 409);
    let why = told(&answer)["why"].as_str().unwrap().to_owned();
    assert!(why.starts_with("cannot start gedit: No such file"), "{why}");
}

fn few_editors_are_open() {
    let book = book_with("editor", STAYS);
    let windows = Windows(&book);
    let server = with_editor(&book, book.path("editor"));
    for _ in 0..5 {
        assert_eq!(open(&server, "one").status, 200);
    }
    let refused = open(&server, "one");
    assert_eq!((refused.status, &told(&refused)["variable"]), (409, &Value::Null));
    until("five are open", || windows.open().len() == 5);
    // One is closed, and there is room.
    let first = windows.open()[0];
    kill_process(first, Signal::TERM).unwrap();
    is_gone(first);
    until("another one can be opened", || open(&server, "one").status == 200);
    until("it is open", || windows.open().len() == 6);
    // What isn't saved must not be lost with the server.
    drop(server);
    let open = windows.open();
    assert_eq!(open.into_iter().filter(|&editor| is_alive(editor)).count(), 5);
}

/// The editors that stay, which end with their test.
struct Windows<'a>(&'a SmallBook);

impl Windows<'_> {
    fn open(&self) -> Vec<Pid> {
        let text = fs::read_to_string(self.0.path("editors")).unwrap_or_default();
        text.lines().filter_map(|line| Pid::from_raw(line.parse().ok()?)).collect()
    }
}

impl Drop for Windows<'_> {
    fn drop(&mut self) {
        for editor in self.open() {
            // It fails when it has been closed.
            let _ = kill_process(editor, Signal::KILL);
        }
    }
}

/// A small book with an exercise, and a program beside it.
fn book_with(name: &str, script: &str) -> SmallBook {
    let book = book_with_exercise("");
    book.program(name, script);
    book
}

fn serve(book: &SmallBook, change: impl FnOnce(&mut Command)) -> Server {
    Server::start_as(book, |server| {
        server.env("FAKE", book.dir.path());
        for name in ["BOOK_EDITOR", "VISUAL", "EDITOR"] {
            server.env_remove(name);
        }
        change(server);
    })
}

fn with_editor(book: &SmallBook, editor: impl AsRef<OsStr>) -> Server {
    serve(book, |server| {
        server.env("BOOK_EDITOR", editor);
    })
}

fn open(server: &Server, lesson: &str) -> Answer {
    let head = format!(
        "POST /live/grade/open/{lesson} HTTP/1.1\r\nOrigin: http://HOST\r\nX-Book-Token: {}",
        server.token()
    );
    server.ask_as(&head, "")
}

fn told(answer: &Answer) -> Value {
    serde_json::from_str(&answer.body).unwrap_or_else(|why| panic!("{why}: {}", answer.body))
}

impl SmallBook {
    fn program(&self, name: &str, script: &str) {
        self.write(name, script);
        fs::set_permissions(self.path(name), fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// What editors were given, once one of them has been started.
    #[track_caller]
    fn edited(&self) -> Vec<String> {
        until("an editor has been started", || !self.edited_now().is_empty());
        self.edited_now()
    }

    fn edited_now(&self) -> Vec<String> {
        let edited = fs::read_to_string(self.path("edited")).unwrap_or_default();
        edited.lines().map(String::from).collect()
    }
}
