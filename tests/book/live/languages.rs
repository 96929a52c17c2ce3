//! The language of a page, which each of its requests says: what the server answers is in it, and so is a grade.

use std::fs;

use harness::Trial;
use serde_json::{Value, json};

use super::grading::{EXERCISE, is_gone, statuses, with_exercise};
use super::run::{Event, Events};
use crate::support::{Server, Stream, trials, until};

pub fn trials() -> Vec<Trial> {
    trials![
        a_run_speaks_the_language_of_its_page,
        a_refusal_is_in_the_language_of_its_page,
        a_panel_is_described_in_the_language_of_its_page,
        a_grade_is_told_in_the_language_of_who_asks,
        another_language_ends_the_run_that_goes_on,
        what_is_no_language_is_english,
    ]
}

const CHINESE: &str = "?lang=zh-CN";

fn is_han(c: char) -> bool {
    matches!(c, '\u{4e00}'..='\u{9fff}')
}

fn of_kind<'events>(events: &'events [Event], kind: &str) -> Vec<&'events Value> {
    events.iter().filter(|event| event.kind == kind).map(|event| &event.data).collect()
}

fn a_run_speaks_the_language_of_its_page() {
    let server = Server::shared();
    let programs = json!([{ "name": "lesson02" }, { "name": "lesson01" }]);
    let body = json!({ "panel": "language", "programs": programs });
    let answer = server.asks(&format!("/live/run{CHINESE}"), body.clone());
    let events = Events::begun(&server, &answer).until_the_end();
    let place = of_kind(&events, "where")[0]["why"].as_str().expect("a reason").to_owned();
    assert!(place.chars().any(is_han), "{place}");
    for exit in of_kind(&events, "exit") {
        assert_eq!(exit["words"], "退出码 0");
    }
    let rows: String = events.iter().map(|event| event.data["rows"].to_string()).collect();
    assert!(rows.contains("服务器的内核接收这个端口上的连接请求"), "{rows}");
    assert!(!rows.contains("The "), "{rows}");
    // What is told doesn't depend on it, and a page that doesn't say gets English.
    let english = Events::begun(&server, &server.asks("/live/run", body)).until_the_end();
    let rows: String = english.iter().map(|event| event.data["rows"].to_string()).collect();
    assert!(rows.contains("The server’s kernel takes calls on this port"), "{rows}");
    assert!(!rows.contains("服务器"), "{rows}");
    assert_eq!(of_kind(&english, "exit")[0]["words"], "exit code 0");
}

fn a_refusal_is_in_the_language_of_its_page() {
    let server = Server::shared();
    let arguments = json!({ "--time-limit": "-1" });
    let programs = json!([{ "name": "lesson02", "arguments": arguments }]);
    let body = json!({ "panel": "refusal", "programs": programs });
    let refused = |query: &str| server.asks(&format!("/live/run{query}"), body.clone());
    for (query, words) in [
        (CHINESE, "lesson02：--time-limit：必须是秒数，不超过 300"),
        ("?lang=zh", "lesson02：--time-limit：必须是秒数，不超过 300"),
        ("", "lesson02: --time-limit: must be a number of seconds, at most 300"),
        ("?lang=en", "lesson02: --time-limit: must be a number of seconds, at most 300"),
        // No language of the book.
        ("?lang=%00", "lesson02: --time-limit: must be a number of seconds, at most 300"),
    ] {
        let answer = refused(query);
        assert_eq!((answer.status, answer.body.trim()), (400, words), "{query}");
    }
    let gone = server.asks(&format!("/live/run/none/stop{CHINESE}"), json!({}));
    assert_eq!((gone.status, gone.body.trim()), (404, "没有这次运行，或者已经结束"));
    let head = format!("Host: {0}\r\nOrigin: http://{0}\r\nX-Book-Token: 0", server.addr);
    let old = server.ask_json(&format!("POST /live/run{CHINESE}"), &head, "{}");
    assert_eq!((old.status, old.body.trim()), (403, "令牌不是服务器这次启动时的：请重新加载页面"));
}

fn a_panel_is_described_in_the_language_of_its_page() {
    let server = Server::shared();
    let described = |query: &str| -> Value {
        let answer = server.get(&format!("/live/panel?server=lesson04&client=lesson01{query}"));
        assert_eq!(answer.status, 200, "{}", answer.body);
        serde_json::from_str(&answer.body).expect("a panel")
    };
    let (english, chinese) = (described("&lang=en"), described("&lang=zh-CN"));
    assert_eq!(described(""), english);
    let names = |panel: &Value| -> Vec<Value> {
        let actors = panel["actors"].as_array().expect("a list").iter();
        actors.map(|actor| actor[0].clone()).collect()
    };
    assert_eq!(names(&chinese), names(&english));
    assert_eq!(names(&chinese).len(), 5);
    for actor in chinese["actors"].as_array().expect("a list") {
        assert!(actor[1].as_str().expect("words").chars().any(is_han), "{actor}");
    }
    let meaning = &chinese["programs"][0]["arguments"][0]["meaning"];
    assert_eq!(meaning, "在哪个地址监听；端口 0 交给内核挑");
}

/// The languages that suites were told, in their order.
fn spoken(book: &crate::support::SmallBook) -> Vec<String> {
    let spoken = fs::read_to_string(book.path("spoken")).unwrap_or_default();
    spoken.lines().map(String::from).collect()
}

fn language(stream: &mut Stream, wanted: &str) {
    loop {
        let news: Value = serde_json::from_str(&stream.next("grade")).expect("news");
        if news["language"] == wanted {
            return;
        }
    }
}

fn a_grade_is_told_in_the_language_of_who_asks() {
    let (book, server) = with_exercise("wrong");
    let mut stream = server.stream();
    let graded = |stream: &mut Stream| stream.grade(|one| one["state"] == "graded");
    server.post("on");
    graded(&mut stream);
    assert_eq!(spoken(&book), ["en"]);
    // Nothing was saved, and it's graded again.
    server.post("on?lang=zh-CN");
    language(&mut server.stream(), "zh-CN");
    until("it's graded in Chinese", || spoken(&book).len() == 2);
    graded(&mut server.stream());
    // But once.
    server.post("on?lang=zh-CN");
    book.write(EXERCISE, "right");
    let mut stream = server.stream();
    stream.grade(|one| one["state"] == "graded" && statuses(one) == ["passed", "passed"]);
    assert_eq!(spoken(&book), ["en", "zh-CN", "zh-CN"]);
    server.post("now/one?lang=en");
    until("it's graded in English", || spoken(&book).len() == 4);
    graded(&mut server.stream());
    language(&mut server.stream(), "en");
    assert_eq!(spoken(&book), ["en", "zh-CN", "zh-CN", "en"]);
    // What the server says itself.
    let answer = server.get("/live/grade/differences/one?lang=zh-CN");
    assert_eq!(answer.status, 409);
    assert!(answer.body.starts_with("没法比较："), "{}", answer.body);
}

fn what_is_no_language_is_english() {
    let (book, server) = with_exercise("wrong");
    for (number, name) in ["", "--help", "en%0Azh", "$(touch%20x)", "z"].into_iter().enumerate() {
        server.post(&format!("now/one?lang={name}"));
        until("the suite has begun", || spoken(&book).len() > number);
        server.stream().grade(|one| one["state"] == "graded");
    }
    assert_eq!(spoken(&book), ["en"; 5]);
}

fn another_language_ends_the_run_that_goes_on() {
    let (book, server) = with_exercise("hangs");
    let mut stream = server.stream();
    server.post("on?lang=zh-CN");
    stream.grade(|one| statuses(one) == ["passed", "running"]);
    let sleeper = book.sleeper();
    server.post("on?lang=en");
    is_gone(sleeper);
    until("it runs again", || book.sleeper() != sleeper);
    assert_eq!(spoken(&book), ["zh-CN", "en"]);
    // This one is for English, too, and isn't begun again.
    server.post("on?lang=en");
    book.write(EXERCISE, "right");
    stream.grade(|one| one["state"] == "graded" && statuses(one) == ["passed", "passed"]);
    assert_eq!(spoken(&book), ["zh-CN", "en", "en"]);
}
