//! `book build`: a static site.

use std::fs;

use harness::Trial;
use predicates::prelude::*;
use predicates::str::contains;
use tempfile::TempDir;

use crate::support::{SECOND, SmallBook, files_of, program, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        the_book_is_found_from_any_directory_inside,
        no_book_anywhere_is_a_clear_error,
        a_directory_with_other_files_is_not_overwritten,
        a_broken_book_leaves_the_last_site_in_place,
        a_static_site_does_not_reload,
        a_pdf_is_linked_from_the_front_page,
        bad_arguments_exit_with_2,
    ]
}

fn the_book_is_found_from_any_directory_inside() {
    let book = SmallBook::new();
    program().arg("build").current_dir(book.path("lessons/one")).assert().success();
    assert!(book.path("target/book/second.html").is_file());
}

fn no_book_anywhere_is_a_clear_error() {
    let empty = TempDir::new().unwrap();
    let expected = contains("error: cannot find the book: ").and(contains("--root DIR"));
    program().arg("build").current_dir(empty.path()).assert().code(1).stderr(expected);
}

fn a_directory_with_other_files_is_not_overwritten() {
    let book = SmallBook::new();
    fs::create_dir(book.site()).unwrap();
    fs::write(book.site().join("diary.txt"), "mine").unwrap();
    book.build()
        .code(1)
        .stderr(contains("it holds files that are not a built book").and(contains("--dest DIR")));
    assert_eq!(fs::read_to_string(book.site().join("diary.txt")).unwrap(), "mine");
}

fn a_broken_book_leaves_the_last_site_in_place() {
    let book = SmallBook::new();
    book.build().success();
    book.append(SECOND, "[a](nope.md)");
    book.build().code(1);
    let page = fs::read_to_string(book.site().join("second.html")).unwrap();
    assert!(page.contains("Second words"), "{page}");
}

/// Chromium makes the real one: `.ci/pdf`.
fn a_pdf_is_linked_from_the_front_page() {
    let book = SmallBook::new();
    let build = |pdf: &str| {
        let mut program = program();
        program.args(["build", "--pdf"]).arg(book.path(pdf)).current_dir(book.dir.path());
        program.assert()
    };
    book.write("small.pdf", "%PDF-1.4");
    book.write("page.html", "<p>no PDF</p>");
    let link = "href=\"tcp-by-repair.pdf\"";

    build("small.pdf").code(1).stderr(contains("error: cannot add ").and(contains("no <span")));
    book.append("book/chapters/README.md", "<span class=\"pdf\"></span>");
    build("page.html").code(1).stderr(contains("it is no PDF"));
    build("missing.pdf").code(1).stderr(contains("error: cannot add "));
    assert!(!book.path("target/book").exists());

    build("small.pdf").success();
    let site = book.path("target/book");
    assert!(fs::read_to_string(site.join("index.html")).unwrap().contains(link));
    assert_eq!(fs::read_to_string(site.join("tcp-by-repair.pdf")).unwrap(), "%PDF-1.4");

    // Of each edition its own, if it has one.
    book.write("book/po/zh-CN.po", "msgid \"\"\nmsgstr \"Language: zh-CN\\n\"\n");
    build("small.pdf").success();
    let front = || fs::read_to_string(site.join("zh/index.html")).unwrap();
    assert!(front().contains("href=\"../tcp-by-repair.pdf\""), "{}", front());
    book.write("small.zh.pdf", "%PDF-1.5");
    build("small.pdf").success();
    assert!(front().contains(link));
    assert_eq!(fs::read_to_string(site.join("zh/tcp-by-repair.pdf")).unwrap(), "%PDF-1.5");

    // Without one there's no link.
    program().arg("build").current_dir(book.dir.path()).assert().success();
    assert!(!fs::read_to_string(site.join("index.html")).unwrap().contains(link));
    assert!(!site.join("tcp-by-repair.pdf").exists());
}

fn a_static_site_does_not_reload() {
    let book = SmallBook::new();
    book.build().success();
    assert!(!files_of(&book.site()).iter().any(|file| file.to_str().unwrap().contains("reload")));
    let page = fs::read_to_string(book.site().join("second.html")).unwrap();
    assert!(!page.contains("book-build") && !page.contains("reload"), "{page}");
}

fn bad_arguments_exit_with_2() {
    program().arg("--port=many").assert().code(2).stderr(contains("--port"));
    program().arg("biuld").assert().code(2);
}
