//! What is read for the book is a regular file below the root: no symbolic link leads out of it, and no FIFO
//! or device keeps the build waiting.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use harness::Trial;
use predicates::str::contains;
use tempfile::TempDir;

use crate::support::{SECOND, SETTINGS, SmallBook, test};

pub fn trials() -> Vec<Trial> {
    vec![
        test("refused::symbolic_link", a_symbolic_link),
        test("refused::include_of_a_symbolic_link", an_include_of_a_link),
        test("refused::include_below_a_symbolic_link", an_include_below_a_link),
        test("refused::include_of_an_include", an_include_of_an_include),
        test("refused::symbolic_link_in_the_theme", a_link_in_the_theme),
        test("refused::theme_elsewhere", a_theme_elsewhere),
        test("refused::chapters_elsewhere", chapters_elsewhere),
        test("refused::script_elsewhere", a_script_elsewhere),
        test("refused::fifo", a_fifo),
        test("refused::device", a_device),
        test("a_link_within_the_book_is_followed", a_link_within_the_book_is_followed),
    ]
}

const LEADS_OUT: &str = "a symbolic link that leads out of the workspace";

/// A folder outside of every book, with a file in it.
fn outside() -> TempDir {
    let dir = TempDir::new().unwrap();
    fs::write(dir.path().join("secret.rs"), "// a secret\n").unwrap();
    dir
}

#[track_caller]
fn is_refused(book: &SmallBook, expected: &str) {
    book.build().code(1).stderr(contains(expected.to_owned()));
    assert!(!book.site().exists(), "a broken book was written");
}

fn fifo(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

fn a_symbolic_link() {
    let book = SmallBook::new();
    symlink("/etc/hostname", book.path("book/chapters/secret.txt")).unwrap();
    is_refused(&book, "book/chapters/secret.txt: a symbolic link");
}

fn an_include_of_a_link() {
    let (book, outside) = (SmallBook::new(), outside());
    symlink(outside.path().join("secret.rs"), book.path("lessons/one/link.rs")).unwrap();
    book.append(SECOND, "{{#include ../../lessons/one/link.rs}}");
    is_refused(&book, &format!("second.md:5: include of ../../lessons/one/link.rs: {LEADS_OUT}"));
}

fn an_include_below_a_link() {
    let (book, outside) = (SmallBook::new(), outside());
    symlink(outside.path(), book.path("lessons/two")).unwrap();
    book.append(SECOND, "{{#include ../../lessons/two/secret.rs}}");
    is_refused(&book, &format!("include of ../../lessons/two/secret.rs: {LEADS_OUT}"));
}

/// mdBook follows an include in what it includes.
fn an_include_of_an_include() {
    let (book, outside) = (SmallBook::new(), outside());
    let secret = outside.path().join("secret.rs");
    book.write("lessons/one/more.rs", &format!("{{{{#include {}}}}}\n", secret.display()));
    book.append(SECOND, "{{#include ../../lessons/one/more.rs}}");
    is_refused(&book, "include of ../../lessons/one/more.rs: it includes another file");
}

fn a_link_in_the_theme() {
    let (book, outside) = (SmallBook::new(), outside());
    symlink(outside.path().join("secret.rs"), book.path("book/theme/head.hbs")).unwrap();
    is_refused(&book, &format!("book/theme/head.hbs: {LEADS_OUT}"));

    let book = SmallBook::new();
    symlink(outside.path(), book.path("book/theme/fonts")).unwrap();
    is_refused(&book, &format!("book/theme/fonts: {LEADS_OUT}"));
}

fn a_theme_elsewhere() {
    let (book, outside) = (SmallBook::new(), outside());
    fs::remove_dir_all(book.path("book/theme")).unwrap();
    symlink(outside.path(), book.path("book/theme")).unwrap();
    is_refused(&book, &format!("book/theme: {LEADS_OUT}"));
}

fn chapters_elsewhere() {
    let (book, outside) = (SmallBook::new(), outside());
    fs::rename(book.path("book/chapters"), outside.path().join("chapters")).unwrap();
    symlink(outside.path().join("chapters"), book.path("book/chapters")).unwrap();
    is_refused(&book, &format!("SUMMARY.md: {LEADS_OUT}"));
}

fn a_script_elsewhere() {
    let (book, outside) = (SmallBook::new(), outside());
    symlink(outside.path().join("secret.rs"), book.path("lessons/one/link.js")).unwrap();
    book.write("book.toml", &format!("{SETTINGS}additional-js = [\"lessons/one/link.js\"]\n"));
    is_refused(&book, &format!("lessons/one/link.js: {LEADS_OUT}"));
}

fn a_fifo() {
    let book = SmallBook::new();
    fifo(&book.path("lessons/one/fifo.rs"));
    book.append(SECOND, "{{#include ../../lessons/one/fifo.rs}}");
    is_refused(&book, "include of ../../lessons/one/fifo.rs: not a regular file");

    for file in ["book/chapters/fifo.txt", "book/chapters/fifo.md", "book/theme/head.hbs"] {
        let book = SmallBook::new();
        fifo(&book.path(file));
        is_refused(&book, &format!("{file}: not a regular file"));
    }

    // Nor does one wait that only the search for checks comes across.
    let book = SmallBook::new();
    fs::create_dir(book.path("tests")).unwrap();
    fifo(&book.path("tests/fifo.rs"));
    book.build().success();
}

fn a_device() {
    let book = SmallBook::new();
    symlink("/dev/zero", book.path("lessons/one/zero.rs")).unwrap();
    book.append(SECOND, "{{#include ../../lessons/one/zero.rs}}");
    is_refused(&book, &format!("include of ../../lessons/one/zero.rs: {LEADS_OUT}"));
}

fn a_link_within_the_book_is_followed() {
    let book = SmallBook::new();
    symlink("main.rs", book.path("lessons/one/link.rs")).unwrap();
    book.append(SECOND, "```rust\n{{#include ../../lessons/one/link.rs:socket}}\n```");
    book.build().success();
}
