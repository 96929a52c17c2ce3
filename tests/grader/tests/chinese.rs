//! The Chinese of what checks say, and `cargo grade`: `book/po/grader.zh-CN.po` has a message for each text that a
//! learner can meet, and no others. (What the grader's own folder `words` says, the compiler looks after.)
//!
//! A text is a literal that is given to a call which shows it to people, is between the brackets of `text!` or
//! `looked_up`, or is a constant that ends with a question mark.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use catalog::Catalog;
use grader::workspace;

const MESSAGES: &str = "book/po/grader.zh-CN.po";

/// The calls that show their literals to people.
const CALLS: [&str; 20] = [
    "demands",
    "hint",
    "begins",
    "step",
    "ensure",
    "ensure_in_time",
    "until",
    "attempt",
    "as_one_step",
    "connect_as",
    "connect_quietly",
    "peer",
    "broken",
    "fails",
    "line",
    "write_all",
    "read_some",
    "text!",
    "looked_up",
    "bad",
];

/// Whose checks no learner is graded on: facts, the lessons' own programs, and what right answers must withstand.
/// These are in English in every language.
const ENGLISH: [&str; 21] = [
    "lesson00/checks.rs",
    "lesson00/facts.rs",
    "lesson01/checks.rs",
    "lesson01/facts.rs",
    "lesson01/frame_server.rs",
    "lesson01/robustness.rs",
    "lesson01/unfriendly.rs",
    "lesson02/facts.rs",
    "lesson02/looking.rs",
    "lesson02/repair.rs",
    "lesson03/checks.rs",
    "lesson03/facts.rs",
    "lesson03/notes.rs",
    "lesson04/checks.rs",
    "lesson04/facts.rs",
    "lesson04/network.rs",
    "lesson04/robustness.rs",
    "lesson04/session.rs",
    "lesson05/checks.rs",
    "lesson05/facts.rs",
    "lesson05/robustness.rs",
];

/// The same among those that several lessons share.
const SHARED_ENGLISH: [&str; 3] =
    ["servers/src/command_line.rs", "servers/src/one_client.rs", "servers/src/says_little.rs"];

/// Of these the message may be without a Han character.
const FIGURES: [&str; 1] = ["{passed} of {checks}"];

/// A text, and where it is.
#[derive(Debug, PartialEq, Eq)]
struct Text {
    english: String,
    line: usize,
    /// It's put together by `format!`, so that no message can stand for it.
    is_formatted: bool,
}

/// The texts in a source.
fn texts(source: &str) -> Vec<Text> {
    let mut texts = Vec::new();
    // The calls and other brackets that are open here.
    let mut open: Vec<String> = Vec::new();
    let (mut code, mut at) = (String::new(), 0);
    while let Some(next) = source[at..].chars().next() {
        let rest = &source[at..];
        if rest.starts_with("//") {
            at += rest.find('\n').unwrap_or(rest.len());
            continue;
        }
        if let Some(length) = character(rest) {
            at += length;
            continue;
        }
        at += next.len_utf8();
        match next {
            '"' => {
                let length = end_of_literal(&source[at..]);
                let (literal, line) = (&source[at..at + length], source[..at].lines().count());
                at += length + 1;
                let is_bytes = code.ends_with('b') || code.ends_with('r');
                let english = unescaped(literal);
                let [outer, inner] = [2, 1].map(|back| {
                    let place = open.len().checked_sub(back);
                    place.map_or("", |place| open[place].as_str())
                });
                let is_shown = CALLS.contains(&inner);
                let is_formatted =
                    inner == "format!" && CALLS.contains(&outer) && has_words(&english);
                let is_question = code.trim_end().ends_with('=') && english.ends_with('?');
                let has_letters = english.contains(|it: char| it.is_ascii_lowercase());
                if !is_bytes && has_letters && (is_shown || is_formatted || is_question) {
                    texts.push(Text { english, line, is_formatted });
                }
                code.push('"');
            }
            '(' | '[' | '{' => {
                let is_name = |it: char| it.is_alphanumeric() || "_!".contains(it);
                let name = code.rfind(|it| !is_name(it)).map_or(0, |end| end + 1);
                let name = if next == '(' { code[name..].to_owned() } else { String::new() };
                open.push(name);
                code.push(next);
            }
            ')' | ']' | '}' => {
                open.pop();
                code.push(next);
            }
            _ => code.push(next),
        }
    }
    texts
}

/// How long the character is that a source begins with; `None` if it's the quote of a lifetime, or none at all.
fn character(source: &str) -> Option<usize> {
    let rest = source.strip_prefix('\'')?;
    let mut all = rest.char_indices();
    match all.next()?.1 {
        '\\' => rest[2..].find('\'').map(|end| end + 4),
        _ => all.next().filter(|(_, it)| *it == '\'').map(|(end, _)| end + 2),
    }
}

/// Where the quote is that ends a literal.
fn end_of_literal(source: &str) -> usize {
    let mut all = source.char_indices();
    while let Some((at, next)) = all.next() {
        match next {
            '"' => return at,
            '\\' => drop(all.next()),
            _ => {}
        }
    }
    source.len()
}

fn unescaped(literal: &str) -> String {
    let mut text = String::new();
    let mut all = literal.chars().peekable();
    while let Some(next) = all.next() {
        match (next, all.peek()) {
            ('\\', Some('n')) => text.push('\n'),
            ('\\', Some('\n')) => {
                while all.next_if(|it| it.is_whitespace()).is_some() {}
                continue;
            }
            ('\\', Some(other)) => text.push(*other),
            _ => {
                text.push(next);
                continue;
            }
        }
        all.next();
    }
    text
}

/// Whether a template has words besides its values.
fn has_words(template: &str) -> bool {
    let outside = template.split('{').map(|part| part.split_once('}').map_or(part, |it| it.1));
    let words: Vec<&str> = outside.flat_map(str::split_whitespace).collect();
    words.iter().filter(|word| word.len() > 1 && word.chars().all(char::is_alphabetic)).count() > 0
}

/// The names in the braces of a template.
fn names(template: &str) -> BTreeSet<&str> {
    template.split('{').skip(1).filter_map(|part| Some(part.split_once('}')?.0)).collect()
}

fn has_han(text: &str) -> bool {
    text.contains(|it: char| ('\u{4e00}'..='\u{9fff}').contains(&it))
}

/// What is wrong with the messages for the texts in these sources, a line each.
fn wrong(sources: &BTreeMap<String, String>, messages: &Catalog) -> Vec<String> {
    let (mut wrong, mut used) = (Vec::new(), BTreeSet::new());
    for (file, source) in sources {
        for Text { english, line, is_formatted } in texts(source) {
            let place = format!("{file}:{line}");
            match messages.get(&english) {
                _ if is_formatted => {
                    wrong.push(format!("{place}: `text!`, not `format!`: {english:?}"));
                }
                None if !used.contains(&english) => {
                    wrong.push(format!("{place}: no Chinese message for {english:?}"));
                }
                None => {}
                Some(chinese) if names(chinese) != names(&english) => {
                    wrong.push(format!("{place}: other names in braces: {chinese:?}"));
                }
                Some(chinese) if !has_han(chinese) && !FIGURES.contains(&english.as_str()) => {
                    wrong.push(format!("{place}: no Han character in {chinese:?}"));
                }
                Some(_) => {}
            }
            used.insert(english);
        }
    }
    let mut unused: Vec<&str> = messages.texts().filter(|it| !used.contains(*it)).collect();
    unused.sort_unstable();
    wrong.extend(unused.iter().map(|it| format!("{MESSAGES}: no text is {it:?}")));
    wrong
}

/// The sources with texts that a learner can meet.
fn sources() -> BTreeMap<String, String> {
    let tests = workspace().join("tests");
    let lessons = fs::read_dir(&tests).unwrap().map(|entry| entry.unwrap().path());
    let is_lesson = |folder: &PathBuf| {
        folder.file_name().is_some_and(|name| name.to_string_lossy().starts_with("lesson0"))
    };
    let folders = lessons
        .filter(is_lesson)
        .chain([tests.join("servers/src"), tests.join("grader/src/bin/grade")]);
    let files = folders.flat_map(|folder| fs::read_dir(folder).unwrap());
    let files = files.map(|entry| entry.unwrap().path());
    let name =
        |file: &Path| file.strip_prefix(&tests).unwrap().to_string_lossy().replace('\\', "/");
    let named = files.map(|file| (name(&file), fs::read_to_string(&file)));
    let is_read = |name: &str| {
        let is_english = ENGLISH.contains(&name) || SHARED_ENGLISH.contains(&name);
        name.ends_with(".rs") && !name.ends_with("main.rs") && !is_english
    };
    named
        .filter(|(name, _)| is_read(name) || name == "grader/src/bin/grade/main.rs")
        .map(|(name, text)| (format!("tests/{name}"), text.unwrap()))
        .collect()
}

fn messages() -> Catalog {
    let po = fs::read_to_string(workspace().join(MESSAGES)).unwrap();
    Catalog::parse(&po).unwrap()
}

/// Where texts are written, their Chinese may come later: it's demanded by the time that a change is merged.
#[test]
fn each_text_has_its_chinese() {
    let wrong = wrong(&sources(), &messages());
    let is_demanded = std::env::var("CI").is_ok_and(|set| !set.is_empty());
    assert!(!is_demanded || wrong.is_empty(), "{}", wrong.join("\n"));
    // `eprintln!` would be swallowed where the test passes.
    let list: String = wrong.iter().map(|line| format!("{line}\n")).collect();
    let _ = std::io::stderr().write_all(list.as_bytes());
}

#[test]
fn what_is_wrong_with_messages_is_found() {
    const SOURCE: &str = r#"
        const ASKS: &str = "Who asks?"; // "not this one"
        fn a(run: &mut Run<'_>) { let c = ['"', '\''];
            run.step("it sends \"one\" \
                      line").hint(ASKS)?;
            run.ensure(text!("it took {time} s", time), true, format!("{time} s"))?;
            run.until(format!("client {number} is there"), || Some(()))?;
            client.send("no text")?; client.write_all(b"bytes", "the server reads")?;
        }"#;
    let english: Vec<String> = texts(SOURCE).into_iter().map(|text| text.english).collect();
    let expected = [
        "Who asks?",
        "it sends \"one\" line",
        "it took {time} s",
        "client {number} is there",
        "the server reads",
    ];
    assert_eq!(english, expected);
    let sources = BTreeMap::from([("a.rs".to_owned(), SOURCE.to_owned())]);
    let po = r#"
msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\n"

msgid "Who asks?"
msgstr "who?"

msgid "it took {time} s"
msgstr "用了 {times} s"

msgid "the server reads"
msgstr "服务器读取"

msgid "gone"
msgstr "没了"
"#;
    let expected = [
        "a.rs:2: no Han character in \"who?\"",
        "a.rs:4: no Chinese message for \"it sends \\\"one\\\" line\"",
        "a.rs:6: other names in braces: \"用了 {times} s\"",
        "a.rs:7: `text!`, not `format!`: \"client {number} is there\"",
        "book/po/grader.zh-CN.po: no text is \"gone\"",
    ];
    assert_eq!(wrong(&sources, &Catalog::parse(po).unwrap()), expected);
}
