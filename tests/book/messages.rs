//! The Chinese messages of the book: each text has one, none is left over, and each is written as Chinese is.
//!
//! On a change, `cargo test` only names what is missing or stale, since not everybody writes Chinese. Under `CI`
//! it fails. `SNAPSHOTS=overwrite cargo test -p book messages` writes the file anew: in the book's order, without
//! what is left over. A text that has changed keeps its old translation, marked `fuzzy`, until you have read it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;
use std::sync::LazyLock;
use std::{env, fs};

use book::render::translate::{Needed, context, files, needed, of_check};
use book::source::html;
use book::source::prediction::SHOWN;
use catalog::{Catalog, Language, key};
use harness::Trial;
use mdbook_markdown::pulldown_cmark::Event;
use polib::message::{Message, MessageFlags, MessageView};
use polib::po_file;
use regex::Regex;

use crate::support::{root, sources, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        messages_are_whole,
        messages_are_written_as_chinese_is,
        messages_keep_code_links_and_tags,
        a_missing_a_stale_and_an_unused_message_are_named,
        a_message_that_is_not_chinese_is_named,
        what_chinese_is_not_is_named,
        a_changed_text_keeps_its_translation_as_fuzzy,
    ]
}

/// A translation of the book as its file has it.
#[derive(Clone, Debug, PartialEq)]
struct Entry {
    context: Option<String>,
    english: String,
    words: String,
    is_fuzzy: bool,
    /// It's right without a Chinese character.
    is_code: bool,
    /// Where it is in its file.
    line: usize,
}

impl Entry {
    fn new(english: &str, words: &str) -> Entry {
        let [english, words] = [english, words].map(str::to_owned);
        Entry { context: None, english, words, is_fuzzy: false, is_code: false, line: 0 }
    }

    fn key(&self) -> String {
        key(self.context.as_deref(), &self.english)
    }
}

const CODE: &str = "code";

fn file() -> String {
    let [book, _] = files(Language::Chinese);
    book
}

fn entries() -> Vec<Entry> {
    entries_of(&file())
}

fn entries_of(file: &str) -> Vec<Entry> {
    let path = root().join(file);
    let parsed = po_file::parse(&path).expect("a PO file");
    // The first one is the head of the file.
    let text = fs::read_to_string(path).expect("a text");
    let lines = text.lines().enumerate().filter(|(_, line)| line.starts_with("msgid ")).skip(1);
    let entry = |(message, (line, _)): (&dyn MessageView, (usize, &str))| Entry {
        context: message.msgctxt().map(str::to_owned),
        english: message.msgid().to_owned(),
        words: message.msgstr().unwrap_or_default().to_owned(),
        is_fuzzy: message.is_fuzzy(),
        is_code: message.extracted_comments() == CODE,
        line: line + 1,
    };
    let messages = parsed.messages().map(|message| message as &dyn MessageView);
    messages.zip(lines).map(entry).collect()
}

/// What the grader says has its own messages, which its suite looks at.
fn of_the_grader() -> Catalog {
    let [_, grader] = files(Language::Chinese);
    let text = fs::read_to_string(root().join(grader)).unwrap_or_default();
    Catalog::parse(&text).expect("a PO file")
}

fn messages_are_whole() {
    let grader = of_the_grader();
    let is_the_books =
        |one: &Needed| !one.file.contains("/checks/") || grader.get(&of_check(&one.text)).is_none();
    let texts: Vec<Needed> = needed(sources()).into_iter().filter(is_the_books).collect();
    let entries = entries();
    let wrong = defects(&texts, &entries);
    if wrong.is_empty() {
        return;
    }
    if env::var("SNAPSHOTS").is_ok_and(|wish| wish == "overwrite") {
        return write(&rewritten(&texts, &entries), &texts);
    }
    let list = format!(
        "{}\n\nSNAPSHOTS=overwrite cargo test -p book messages writes {} anew; then translate what is fuzzy or empty in it",
        wrong.join("\n"),
        file()
    );
    let is_ci = env::var("CI").is_ok_and(|set| !set.is_empty());
    assert!(!is_ci, "{list}");
    eprintln!("The Chinese edition isn't whole:\n{list}");
}

/// The translation of a text: the one for its own page, or the one for all.
fn entry_of<'a>(text: &Needed, entries: &HashMap<String, &'a Entry>) -> Option<&'a Entry> {
    let own = key(Some(&context(Path::new(&text.file))), &text.text);
    entries.get(&own).or_else(|| entries.get(&text.text)).copied()
}

/// Each message that is missing, stale, unused or not Chinese, with its place.
fn defects(texts: &[Needed], entries: &[Entry]) -> Vec<String> {
    let by_key: HashMap<_, _> = entries.iter().map(|entry| (entry.key(), entry)).collect();
    let mut used = BTreeSet::new();
    let mut wrong = Vec::new();
    let mut named = BTreeSet::new();
    for text in texts {
        let entry = entry_of(text, &by_key);
        used.extend(entry.map(Entry::key));
        let what = match entry {
            None => "missing",
            Some(entry) if entry.words.is_empty() => "missing",
            Some(entry) if entry.is_fuzzy => "stale",
            Some(entry) if !entry.words.contains(html::is_han) && !entry.is_code => "not Chinese",
            Some(_) => continue,
        };
        if named.insert(&text.text) {
            wrong.push(format!("{}:{}: {what}: {}", text.file, text.line, shortened(&text.text)));
        }
    }
    let unused = entries.iter().filter(|entry| !used.contains(&entry.key()));
    wrong.extend(
        unused.map(|entry| {
            format!("{}:{}: unused: {}", file(), entry.line, shortened(&entry.english))
        }),
    );
    wrong
}

fn shortened(text: &str) -> String {
    text.chars().take(80).collect()
}

/// The entries in the order of the texts. What a text replaces, it inherits, to be looked at.
fn rewritten(texts: &[Needed], entries: &[Entry]) -> Vec<Entry> {
    let by_key: HashMap<_, _> = entries.iter().map(|entry| (entry.key(), entry)).collect();
    let used: BTreeSet<String> =
        texts.iter().filter_map(|text| entry_of(text, &by_key)).map(Entry::key).collect();
    let unused: Vec<&Entry> = entries.iter().filter(|entry| !used.contains(&entry.key())).collect();
    let mut seen = BTreeSet::new();
    let mut all = Vec::new();
    for text in texts {
        let entry = entry_of(text, &by_key).cloned().unwrap_or_else(|| {
            let nearest = unused
                .iter()
                .map(|old| (likeness(&old.english, &text.text), old))
                .filter(|(likeness, _)| *likeness > 0.5)
                .max_by(|one, other| one.0.total_cmp(&other.0));
            let words = nearest.map(|(_, old)| &*old.words).unwrap_or_default();
            Entry { is_fuzzy: !words.is_empty(), ..Entry::new(&text.text, words) }
        });
        if seen.insert(entry.key()) {
            all.push(entry);
        }
    }
    all
}

fn likeness(one: &str, other: &str) -> f32 {
    similar::TextDiff::from_words(one, other).ratio()
}

fn write(entries: &[Entry], texts: &[Needed]) {
    let path = root().join(file());
    let old = po_file::parse(&path).expect("a PO file");
    let mut places: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for text in texts {
        places.entry(&text.text).or_default().insert(&text.file);
    }
    let mut new = polib::catalog::Catalog::new(old.metadata.clone());
    for entry in entries {
        let mut message = Message::build_singular();
        let of_context = |file: &&&str| {
            entry.context.as_ref().is_none_or(|own| *own == context(Path::new(file)))
        };
        let files = places.get(&*entry.english).into_iter().flatten().filter(of_context);
        message.with_source(files.copied().collect::<Vec<_>>().join(" "));
        if let Some(context) = &entry.context {
            message.with_msgctxt(context.clone());
        }
        if entry.is_code {
            message.with_extracted_comments(CODE.into());
        }
        if entry.is_fuzzy {
            let mut flags = MessageFlags::new();
            flags.add_flag("fuzzy");
            message.with_flags(flags);
        }
        message.with_msgid(entry.english.clone()).with_msgstr(entry.words.clone());
        new.append_or_update(message.done());
    }
    po_file::write_to_file(&new, &path).expect("the file can be written");
}

/// Those of the grader as well.
fn messages_are_written_as_chinese_is() {
    let all = files(Language::Chinese).into_iter().flat_map(|file| entries_of(&file));
    let wrong = all.filter(|entry| !entry.is_fuzzy).flat_map(|entry| {
        let slips = slips(&entry.words);
        slips.into_iter().map(move |slip| format!("{slip}: {}", entry.words))
    });
    let wrong: Vec<_> = wrong.collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What isn't written as Chinese is: one blank between Chinese and Latin letters or digits, none beside full-width
/// punctuation, no half-width punctuation behind Chinese, and emphasis that Markdown sees.
fn slips(words: &str) -> Vec<String> {
    static PATTERNS: LazyLock<[(&str, Regex); 4]> = LazyLock::new(|| {
        const HAN: &str = r"[\u{4e00}-\u{9fff}]";
        const WIDE: &str = "[，。：；？！（）、《》]";
        [
            ("no blank between Chinese and Latin", format!("{HAN}[A-Za-z0-9`]|[A-Za-z0-9`%]{HAN}")),
            ("a blank between Chinese characters", format!("{HAN} {HAN}")),
            ("a blank beside full-width punctuation", format!("{WIDE} | {WIDE}")),
            ("half-width punctuation", format!("{HAN}[,;:?!(]|[)]{HAN}")),
        ]
        .map(|(what, pattern)| (what, Regex::new(&pattern).expect("a valid pattern")))
    });
    let text = shown(words);
    let unseen = html::parser(words, &sources().config)
        .any(|event| matches!(event, Event::Text(text) if text.contains('*')));
    let mut slips = Vec::new();
    slips.extend(unseen.then(|| "emphasis that Markdown doesn't see".to_owned()));
    for (what, pattern) in &*PATTERNS {
        slips.extend(pattern.find(&text).map(|found| format!("{what} ({})", found.as_str())));
    }
    slips
}

/// The words as a page shows them, with a backtick for each piece of code, and a `<` for each tag.
fn shown(words: &str) -> String {
    static END: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"([。！？：])(\*+) ").expect("a valid pattern"));
    static NAME: LazyLock<Regex> = LazyLock::new(|| Regex::new(SHOWN).expect("a valid pattern"));
    // Behind a full stop, Markdown closes what is bold only if there's a blank.
    let words = END.replace_all(words, "$1$2");
    // A name, which the page shows elsewhere.
    let words = NAME.replace(&words, "");
    // Nor are programs' own words.
    let words = words.replace("**", "").replace(common::GREETING, "");
    let words = words.trim_end();
    let mut text = String::new();
    for event in html::parser(words, &sources().config) {
        match event {
            Event::Text(words) => text.push_str(&words),
            Event::Code(_) => text.push('`'),
            Event::InlineHtml(_) => text.push('<'),
            Event::SoftBreak | Event::HardBreak => text.push('\n'),
            _ => {}
        }
    }
    text
}

fn messages_keep_code_links_and_tags() {
    let wrong: Vec<_> = entries()
        .into_iter()
        .filter(|entry| !entry.words.is_empty() && kept(&entry.english) != kept(&entry.words))
        .map(|entry| format!("{}\n{}", entry.english, entry.words))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// What a translation keeps: where links lead, directives, and tags.
fn kept(text: &str) -> Vec<String> {
    static KEPT: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"\]\([^)]*\)|\{\{.*?\}\}|</?[A-Za-z][a-z]*").expect("a valid pattern")
    });
    static CODE: LazyLock<Regex> =
        LazyLock::new(|| Regex::new("`[^`]*`").expect("a valid pattern"));
    let text = CODE.replace_all(text, "");
    let mut kept: Vec<_> = KEPT.find_iter(&text).map(|found| found.as_str().to_owned()).collect();
    kept.sort();
    kept
}

fn at(line: usize, text: &str) -> Needed {
    Needed { file: "book/chapters/a.md".into(), line, text: text.into() }
}

fn a_missing_a_stale_and_an_unused_message_are_named() {
    let texts = [at(1, "One"), at(3, "Two"), at(5, "Three"), at(7, "Three")];
    let stale = Entry { is_fuzzy: true, ..Entry::new("Two", "二") };
    let entries = [stale, Entry { line: 7, ..Entry::new("Four", "四") }];
    let expected = [
        "book/chapters/a.md:1: missing: One",
        "book/chapters/a.md:3: stale: Two",
        "book/chapters/a.md:5: missing: Three",
        "book/po/zh-CN.po:7: unused: Four",
    ];
    assert_eq!(defects(&texts, &entries), expected);
    // One for this page alone doesn't help another.
    let elsewhere = Entry { context: Some("b.md".into()), ..Entry::new("One", "一") };
    assert_eq!(defects(&texts[..1], std::slice::from_ref(&elsewhere)).len(), 2);
    let here = Entry { context: Some("a.md".into()), ..elsewhere };
    assert_eq!(defects(&texts[..1], &[here]), [""; 0]);
}

fn a_message_that_is_not_chinese_is_named() {
    let entry = Entry::new("Two", "Two");
    let expected = ["book/chapters/a.md:3: not Chinese: Two"];
    assert_eq!(defects(&[at(3, "Two")], std::slice::from_ref(&entry)), expected);
    assert_eq!(defects(&[at(3, "Two")], &[Entry { is_code: true, ..entry }]), [""; 0]);
}

fn what_chinese_is_not_is_named() {
    for wrong in ["用TCP 连接", "两 个", "好的， 行", "好吗?", "**好（的）**吗", "调用`read` 之后"]
    {
        assert_eq!(slips(wrong).len(), 1, "{wrong}: {:?}", slips(wrong));
    }
    for right in ["用 TCP 连接，调用 `read`。", "**好**（的）吗？", "**猜一猜。** 两个"]
    {
        assert_eq!(slips(right), [""; 0]);
    }
}

fn a_changed_text_keeps_its_translation_as_fuzzy() {
    let old = [Entry::new("A client reads one line.", "客户端读一行。"), Entry::new("B", "二")];
    let texts = [at(1, "New"), at(2, "A client reads two lines."), at(3, "B")];
    let new = rewritten(&texts, &old);
    assert_eq!(new[0], Entry::new("New", ""));
    let changed = Entry {
        is_fuzzy: true,
        ..Entry::new("A client reads two lines.", "客户端读一行。")
    };
    assert_eq!(new[1..], [changed, old[1].clone()]);
    // It's shown in English until then.
    let head = "msgid \"\"\nmsgstr \"Language: zh-CN\\n\"\n\n";
    let fuzzy = "#, fuzzy\nmsgid \"A\"\nmsgstr \"甲\"\n\nmsgid \"B\"\nmsgstr \"乙\"\n";
    let catalog = Catalog::parse(&format!("{head}{fuzzy}")).unwrap();
    assert_eq!([catalog.get("A"), catalog.get("B")], [None, Some("乙")]);
}
