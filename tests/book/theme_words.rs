//! What scripts and style sheets say to readers: the same in both languages, and nowhere but in the files for it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use harness::Trial;
use regex::Regex;

use crate::support::{root, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        scripts_say_the_same_in_both_languages,
        scripts_say_nothing_that_has_no_words,
        no_other_script_speaks,
        a_sentence_in_a_script_is_noticed,
        style_sheets_speak_chinese_as_well,
    ]
}

fn theme(file: &str) -> String {
    fs::read_to_string(root().join("book/theme").join(file)).expect("a file of the theme")
}

fn pattern(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a valid pattern")
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{4e00}'..='\u{9fff}')
}

/// The words of one language in `words.js`: each has a line, and no line is anything else.
fn table(tag: &str) -> BTreeMap<String, String> {
    let file = theme("words.js");
    let (_, rest) = file.split_once(&format!("\n        '{tag}': {{\n")).expect("a table");
    let (lines, _) = rest.split_once("\n        },\n").expect("its end");
    let line_of = pattern(r"^ {12}(\w+): '((?:[^'\\]|\\.)*)',$");
    let mut table = BTreeMap::new();
    for line in lines.lines().filter(|line| !line.trim_start().starts_with("//")) {
        let found = line_of.captures(line).unwrap_or_else(|| panic!("no word: {line}"));
        let old = table.insert(found[1].to_owned(), found[2].to_owned());
        assert_eq!(old, None, "twice: {line}");
    }
    table
}

fn scripts_say_the_same_in_both_languages() {
    let (english, chinese) = (table("en"), table("zh-CN"));
    let keys = |table: &BTreeMap<String, String>| table.keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&english), keys(&chinese));
    assert!(english.len() > 100, "only {}", english.len());
    let place = pattern(r"\{(\w+)\}");
    let places = |text: &str| -> BTreeSet<String> {
        place.captures_iter(text).map(|found| found[1].to_owned()).collect()
    };
    // Marks, and numbers alone.
    let marks =
        ["between", "chipState", "comma", "part", "semicolon", "announced", "ended", "unopened"];
    for (key, text) in &chinese {
        assert_eq!(places(text), places(&english[key]), "{key}");
        assert!(!english[key].chars().any(is_han), "{key}: {}", english[key]);
        assert!(marks.contains(&key.as_str()) || text.chars().any(is_han), "{key}: {text}");
        assert!(!text.contains([',', ';', '?', '!']), "{key}: {text}");
    }
}

/// The scripts that a page loads, but for the one with the words.
fn scripts() -> Vec<(String, String)> {
    let files = fs::read_dir(root().join("book/theme")).expect("a folder");
    let names = files.map(|file| file.expect("a file").file_name().to_string_lossy().into_owned());
    let scripts = names.filter(|name| name.ends_with(".js") && name != "words.js");
    scripts.map(|name| (name.clone(), theme(&name))).collect()
}

/// Each key that a script names has words, and all words are used.
fn scripts_say_nothing_that_has_no_words() {
    let table = table("en");
    let said = pattern(r"(?:say|parts)\((.*)");
    let text = pattern(r"'(\w+)'");
    let mut named = BTreeSet::new();
    for (_, script) in scripts() {
        for found in text.captures_iter(&script) {
            named.insert(found[1].to_owned());
        }
        for line in said.captures_iter(&script) {
            // A key is the first text, or one of two.
            let keys = text.captures_iter(line.get(1).map_or("", |rest| rest.as_str()));
            let first = keys.map(|key| key[1].to_owned()).next();
            if let Some(key) = first {
                assert!(table.contains_key(&key), "no words for {key}");
            }
        }
    }
    // States are named by the server, in two words.
    let states = [
        "not available",
        "not judged",
        "not started",
        "not watched",
        "does not compile",
        "cannot grade",
        "passed",
        "failed",
        "waiting",
        "running",
        "building",
        "begun",
    ];
    let key = |state: &str| {
        let mut words = state.split(' ');
        let first = words.next().unwrap_or_default().to_owned();
        words.fold(first, |key, word| key + &word[..1].to_uppercase() + &word[1..])
    };
    let states = states.map(key);
    for state in &states {
        assert!(table.contains_key(state), "no words for {state}");
    }
    let unused: Vec<_> =
        table.keys().filter(|key| !named.contains(*key) && !states.contains(key)).collect();
    assert!(unused.is_empty(), "nothing says {unused:?}");
}

/// The texts of a script in which there are two words, a letter after a blank, or a capital at the start: what
/// selectors, names of events and states are not.
fn sentences(script: &str) -> Vec<String> {
    let literal = pattern(r#"'((?:[^'\\\n]|\\.)*)'|`((?:[^`\\]|\\.)*)`|"((?:[^"\\\n]|\\.)*)""#);
    let place = pattern(r"\$\{[^}]*\}");
    let speaks = pattern(r"[A-Za-z]{2,}[,;:.]? [a-z]{2,}|^[A-Z][a-z]+( |$)|[’“”]|\p{Han}");
    // What is compared or set, and not read by anyone.
    let quiet = [
        "not started",
        "does not compile",
        "not judged",
        "cannot grade",
        "Button",
        "input, button",
        "listing diff",
        "Content-Type",
        "X-Book-Token",
        "Enter",
        "Arrow",
    ];
    let code: Vec<&str> =
        script.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    let code = code.join("\n");
    let code = pattern(r"/\*\*.*?\*/").replace_all(&code, "");
    let texts = literal.captures_iter(&code).filter_map(|found| {
        let text = (1..=3).find_map(|group| found.get(group))?;
        Some(place.replace_all(text.as_str(), "").into_owned())
    });
    texts
        .filter(|text| speaks.is_match(text))
        .filter(|text| !quiet.iter().any(|one| text == one || text.starts_with("Arrow")))
        // Classes, attributes and commands.
        .filter(|text| !text.contains(['.', '#', '[', '=']) || text.ends_with('.'))
        .filter(|text| !text.starts_with("scene-"))
        .collect()
}

fn no_other_script_speaks() {
    for (name, script) in scripts() {
        let sentences = sentences(&script);
        assert!(sentences.is_empty(), "{name}: {sentences:?}");
    }
}

fn a_sentence_in_a_script_is_noticed() {
    for spoken in [
        "made.append('Grade me while I edit');",
        "show(`${count} checks so far`);",
        "button('Stop');",
        "panel.show('over', 'the server is gone.');",
        "x = \"The client's terminal\";",
        "x = '停止';",
    ] {
        assert_eq!(sentences(spoken).len(), 1, "{spoken}");
    }
    for quiet in [
        "// 'Grade me while I edit'",
        "query('main h2, .predict');",
        "event.key === 'ArrowLeft'",
        "state === 'not judged'",
        "say('stopNamed', { names })",
    ] {
        assert!(sentences(quiet).is_empty(), "{quiet}");
    }
}

/// The words that rules of a style sheet write, by their selectors.
fn written(sheet: &str) -> BTreeMap<String, String> {
    let rule = pattern(r#"(?m)^\s*([^\s{@/][^{\n]*) \{[^}\n]*?content: "([^"]*)""#);
    rule.captures_iter(sheet).map(|found| (found[1].to_owned(), found[2].to_owned())).collect()
}

fn style_sheets_speak_chinese_as_well() {
    let chinese: BTreeMap<String, String> = written(&theme("words.css"))
        .into_iter()
        .map(|(selector, words)| (selector.replace(":lang(zh)", ""), words))
        .collect();
    assert!(chinese.values().all(|words| words.chars().any(is_han)), "{chinese:?}");
    let word = pattern("[A-Za-z]{3,}");
    let names = ["std: ", "socket2: "];
    let mut english = BTreeSet::new();
    for sheet in ["repair.css", "scene.css"] {
        for (selector, words) in written(&theme(sheet)) {
            if word.is_match(&words) && !names.contains(&words.as_str()) && !words.starts_with('\\')
            {
                english.insert(selector);
            }
        }
    }
    assert_eq!(english, chinese.into_keys().collect());
    assert!(english.len() > 5, "{english:?}");
}
