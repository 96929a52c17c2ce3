//! How the solution differs from an answer: for a reader who has one.

use std::fs;
use std::os::unix::fs::symlink;

use harness::Trial;
use serde_json::{Value, json};

use super::grading::{EXERCISE, statuses, with_exercise};
use crate::support::{Answer, Server, SmallBook, trials};

const SOLUTION: &str = "lessons/one/solution.rs";

pub fn trials() -> Vec<Trial> {
    trials![
        the_solution_comes_when_all_checks_have_passed,
        another_page_gets_no_solution,
        what_cannot_be_compared_is_named,
    ]
}

fn the_solution_comes_when_all_checks_have_passed() {
    let (book, server) = with_exercise("wrong");
    book.write(SOLUTION, "the same\nright, <b>and</b> good\n");
    let mut stream = server.stream();
    let is_refused = |why: &str| {
        let answer = compare(&server, "one");
        assert_eq!(answer.status, 409, "{why}");
        assert!(!answer.body.contains("good"), "{why}: {}", answer.body);
    };
    is_refused("it has not been graded");
    server.post("on");
    stream.grade(|one| one["state"] == "graded");
    is_refused("a check fails");
    book.write(EXERCISE, "the same\nright\n");
    stream.grade(|one| one["state"] == "graded" && statuses(one) == ["passed", "passed"]);
    let answer = compare(&server, "one");
    assert_eq!(answer.status, 200, "{}", answer.body);
    let expected = json!({
        "yours": EXERCISE,
        "solution": SOLUTION,
        "rows": [[" ", "the same"], ["-", "right"], ["+", "right, <b>and</b> good"]],
    });
    assert_eq!(serde_json::from_str::<Value>(&answer.body).unwrap(), expected);
    // It was another file that has passed.
    server.post("off");
    book.write(EXERCISE, "not right any more\n");
    is_refused("it has been edited");
    assert_eq!(compare(&server, "two").status, 404);
    assert_eq!(compare(&server, "..%2fone").status, 404);
}

fn another_page_gets_no_solution() {
    let server = passed().1;
    for foreign in ["Origin: http://127.0.0.1:1", "Sec-Fetch-Site: cross-site"] {
        let head = format!("GET /live/grade/differences/one HTTP/1.1\r\n{foreign}");
        assert_eq!(server.ask_as(&head, "").status, 403, "{foreign}");
    }
}

fn what_cannot_be_compared_is_named() {
    let (book, server) = passed();
    let says = |expected: &str| {
        let answer = compare(&server, "one");
        assert_eq!(answer.status, 409);
        let expected = format!("cannot compare: {SOLUTION}: {expected}\n");
        assert!(answer.body.starts_with(&expected), "{}", answer.body);
    };
    says("no such file");
    symlink("/etc/passwd", book.path(SOLUTION)).unwrap();
    says("a symbolic link that leads out of the workspace");
    fs::remove_file(book.path(SOLUTION)).unwrap();
    fs::create_dir(book.path(SOLUTION)).unwrap();
    says("not a regular file");
    fs::remove_dir(book.path(SOLUTION)).unwrap();
    book.write(SOLUTION, &"x".repeat(128 * 1024 + 1));
    says("too long to be compared");
}

/// A book whose exercise has passed, without a solution.
fn passed() -> (SmallBook, Server) {
    let (book, server) = with_exercise("right");
    server.post("on");
    server.stream().grade(|one| one["state"] == "graded");
    (book, server)
}

fn compare(server: &Server, lesson: &str) -> Answer {
    server.get(&format!("/live/grade/differences/{lesson}"))
}
