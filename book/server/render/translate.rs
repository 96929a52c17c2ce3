//! The book in another language: each message of a chapter is replaced by its translation, and all else stays.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use catalog::{Catalog, Language};
use common::Failure;
use mdbook_preprocessor::book::{Book, BookItem};
use mdbook_preprocessor::config::Config;
use regex::Regex;

use crate::source::message::{Id, Message};
use crate::source::{Directive, Sources, html, paths};

/// Where the messages of a language are, from the root: those of the book, and those of the grader, whose
/// sentences pages show, too.
pub fn files(language: Language) -> [String; 2] {
    let tag = language.tag();
    [format!("book/po/{tag}.po"), format!("book/po/grader.{tag}.po")]
}

/// The languages in which there's a book: those with messages, and English.
pub fn languages(root: &Path) -> Vec<Language> {
    let has_messages = |language: &Language| root.join(&files(*language)[0]).is_file();
    let is_there = |language: &Language| *language == Language::English || has_messages(language);
    Language::ALL.into_iter().filter(is_there).collect()
}

/// Makes the settings those of a language.
pub fn settings(config: &mut Config, language: Language, catalog: &Catalog) {
    if language == Language::English {
        return;
    }
    config.book.language = Some(language.tag().to_owned());
    let words = [&mut config.book.title, &mut config.book.description];
    for words in words.into_iter().flatten() {
        *words = text(words, catalog);
    }
    // mdBook's page for unknown addresses is shown anywhere, so it needs to know where the others are.
    let address = format!("/{}/", language.folder());
    if let Err(why) = config.set("output.html.site-url", address) {
        tracing::error!("{why:#}");
    }
}

/// The languages in which there's a book, each with its messages.
///
/// # Errors
///
/// A file is none of messages, or isn't text.
pub fn catalogs(root: &Path) -> Result<Vec<(Language, Catalog)>, Failure> {
    let read = |language| Ok((language, catalog(root, language)?));
    languages(root).into_iter().map(read).collect()
}

fn catalog(root: &Path, language: Language) -> Result<Catalog, Failure> {
    let mut all = Catalog::default();
    // The book's own words come last, and count.
    for file in files(language).into_iter().rev() {
        let path = root.join(&file);
        let text = if path.exists() { fs::read_to_string(&path) } else { continue };
        let read = text.map_err(|why| why.to_string()).and_then(|text| Catalog::parse(&text));
        all.extend(read.map_err(|why| Failure::new(format!("cannot read {file}"), why))?);
    }
    Ok(all)
}

/// The page for those who come from the tutorial. In their language it's the first.
const FROM_THE_TUTORIAL: &str = "chinese.md";

/// The book in the language of these messages.
pub fn book(book: &mut Book, catalog: &Catalog, root: &Path, config: &Config) {
    book.for_each_mut(|item| match item {
        BookItem::Chapter(chapter) => {
            let name = chapter.source_path.as_deref().map(context).unwrap_or_default();
            let messages = Message::of_chapter(&chapter.content, config);
            chapter.content = replace(&chapter.content, &messages, &name, catalog);
            chapter.content = with_own_reports(&chapter.content, root);
            chapter.name = text(&chapter.name, catalog);
        }
        BookItem::PartTitle(title) => *title = text(title, catalog),
        BookItem::Separator => {}
    });
    let is_it = |item: &BookItem| match item {
        BookItem::Chapter(one) => one.source_path.as_deref() == Some(Path::new(FROM_THE_TUTORIAL)),
        _ => false,
    };
    if let Some(at) = book.items.iter().position(is_it) {
        let page = book.items.remove(at);
        let behind_the_front_page = 1.min(book.items.len());
        book.items.insert(behind_the_front_page, page);
    }
}

/// The chapter with the reports that are recorded in its language as well.
fn with_own_reports(source: &str, root: &Path) -> String {
    const REPORTS: &str = "tests/reports/";
    let mut result = source.to_owned();
    for directive in Directive::all(source) {
        let Some((up, file)) = directive.path.split_once(REPORTS) else { continue };
        let own = format!("{REPORTS}{}/{file}", Language::Chinese.folder());
        if root.join(&own).is_file() {
            result = result.replace(directive.path, &format!("{up}{own}"));
        }
    }
    result
}

/// The translation of a text, or the text itself.
pub fn text(english: &str, catalog: &Catalog) -> String {
    catalog.get(english).unwrap_or(english).to_owned()
}

/// The context of a file's messages.
pub fn context(file: &Path) -> String {
    file.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// A source in the language of these messages. Its headings and terms keep their ids.
fn replace(source: &str, messages: &[Message], context: &str, catalog: &Catalog) -> String {
    let mut result = String::with_capacity(source.len());
    let mut copied = 0;
    for message in messages {
        let Some(words) = translation(message, context, catalog) else { continue };
        result += &source[copied..message.span.start];
        result += &words;
        copied = message.span.end;
    }
    result + &source[copied..]
}

/// What is stressed without a Chinese character is English: dots below it, or a voice that reads Chinese, would not
/// fit.
fn with_english_marked(words: &str) -> String {
    static STRESSED: LazyLock<Regex> = LazyLock::new(|| {
        let pattern = r"(^|[^*`\w])\*([A-Za-z][^*`\u{4e00}-\u{9fff}]*)\*($|[^*`\w])";
        Regex::new(pattern).expect("a valid pattern")
    });
    STRESSED.replace_all(words, "$1<em lang=\"en\">$2</em>$3").into_owned()
}

fn translation(message: &Message, context: &str, catalog: &Catalog) -> Option<String> {
    let words = match catalog.get_in(context, &message.text) {
        Some(words) => with_english_marked(words),
        None => in_html(catalog.get(&of_check(&message.text))?),
    };
    Some(match &message.id {
        Some(Id::Heading(id)) => format!("{words} {{#{id}}}"),
        Some(Id::Term(id)) => format!("<span id=\"{id}\"></span>{words}"),
        None => words,
    })
}

/// The sentence of a check as the grader says it: no HTML, and code between backticks.
pub fn of_check(html: &str) -> String {
    html::unescape(&html.replace("<code>", "`").replace("</code>", "`"))
}

fn in_html(words: &str) -> String {
    let pieces = words.split('`').enumerate().map(|(place, piece)| match place % 2 {
        0 => html::escape(piece),
        _ => format!("<code>{}</code>", html::escape(piece)),
    });
    pieces.collect()
}

/// The chapter with its figures and lists of checks, which have words too, in the language of these messages.
/// mdBook would include them as they are.
pub fn included(source: &str, root: &Path, dir: &Path, catalog: &Catalog) -> String {
    let mut result = String::with_capacity(source.len());
    let mut copied = 0;
    for directive in Directive::all(source) {
        if directive.name != "include" || !is_markup(directive.path) {
            continue;
        }
        let file = paths::normal(&dir.join(directive.path));
        let Some(file) = file else { continue };
        let Ok(text) = directive.resolve(root, &file) else { continue };
        result += &source[copied..directive.span.start];
        let messages = Message::of_html(&text);
        result += replace(&text, &messages, &context(&file), catalog).trim_end();
        copied = directive.span.end;
    }
    result + &source[copied..]
}

/// Whether a file has words for people: not a listing, nor what a program has said.
pub fn is_markup(path: &str) -> bool {
    [".html", ".svg"].iter().any(|end| path.ends_with(end))
}

/// A text of the book that a translation needs, and where it is.
pub struct Needed {
    pub file: String,
    pub line: usize,
    pub text: String,
}

/// Every text of the book, in the order in which a reader may meet it.
pub fn needed(sources: &Sources) -> Vec<Needed> {
    let mut all = Vec::new();
    let mut add = |file: &str, source: &str, messages: Vec<Message>| {
        all.extend(messages.into_iter().map(|message| Needed {
            file: file.to_owned(),
            line: html::line(source, message.span.start),
            text: message.text,
        }));
    };
    let read = |file: &str| fs::read_to_string(sources.root.join(file)).unwrap_or_default();
    let settings = &sources.config.book;
    for words in [&settings.title, &settings.description].into_iter().flatten() {
        add("book.toml", words, Message::of_html(words));
    }
    let summary = sources.name(Path::new("SUMMARY.md"));
    let list = read(&summary);
    add(&summary, &list, Message::of_summary(&list));
    let mut seen = BTreeSet::new();
    for (chapter, _) in &sources.listed {
        let Some(text) = sources.chapters.get(chapter) else { continue };
        add(&sources.name(chapter), text, Message::of_chapter(text, &sources.config));
        let markup =
            Directive::all(text).filter(|one| one.name == "include" && is_markup(one.path));
        for file in markup.filter_map(|one| sources.include(chapter, one.path)) {
            let file = paths::slashed(&file);
            if seen.insert(file.clone()) {
                let text = read(&file);
                add(&file, &text, Message::of_html(&text));
            }
        }
    }
    all
}
