//! Terms: where a chapter uses one for the first time, it leads to the glossary.

use std::collections::HashMap;
use std::ops::Range;
use std::path::Path;

use mdbook_markdown::pulldown_cmark::{Event, Tag, TagEnd};
use mdbook_preprocessor::config::Config;

use crate::source::html::{self, is_han};

/// The page that explains the terms, a list of definitions.
pub const GLOSSARY: &str = "glossary.md";

/// A word of the glossary.
struct Form {
    words: String,
    /// Its term's id on the glossary's page.
    id: String,
}

/// All words of the glossary by their first letter, small where it's ASCII. Among those the longest come first:
/// `accept queue` is not a use of `accept`.
pub struct Terms(HashMap<char, Vec<Form>>);

/// Under which letter the words are that may be used where a text starts so.
fn letter(text: &str) -> Option<char> {
    text.chars().next().map(|first| first.to_ascii_lowercase())
}

impl Terms {
    /// Reads the glossary: each title of its list is a term, and the bold words of its definition
    /// are other words for it.
    pub fn read(glossary: &str, config: &Config) -> Terms {
        let mut forms: Vec<Form> = Vec::new();
        let mut id = String::new();
        let mut words: Option<String> = None;
        let mut written: Option<String> = None;
        let mut defining = false;
        for event in html::parser(glossary, config) {
            match event {
                Event::Start(Tag::DefinitionListDefinition) => defining = true,
                Event::End(TagEnd::DefinitionListDefinition) => defining = false,
                Event::Start(Tag::DefinitionListTitle) => {
                    words = Some(String::new());
                    written = None;
                }
                Event::InlineHtml(tag) if words.is_some() => {
                    let tags = html::tags(&tag);
                    written = written.or(tags.iter().find_map(|tag| Some(tag.value("id")?.into())));
                }
                Event::Start(Tag::Strong) if defining => words = Some(String::new()),
                Event::Text(text) => {
                    if let Some(words) = &mut words {
                        words.push_str(&text);
                    }
                }
                Event::End(end @ (TagEnd::DefinitionListTitle | TagEnd::Strong)) => {
                    // As a source has it: the parser makes it a curved one.
                    let Some(words) = words.take().map(|words| words.replace('’', "'")) else {
                        continue;
                    };
                    if end == TagEnd::DefinitionListTitle {
                        id = written.take().unwrap_or_else(|| html::slug(&words));
                    }
                    // A single Han character is a part of many words.
                    if !(words.chars().count() == 1 && words.starts_with(is_han)) {
                        forms.push(Form { words, id: id.clone() });
                    }
                }
                _ => {}
            }
        }
        forms.sort_by_key(|form| std::cmp::Reverse(form.words.len()));
        let mut by_letter = HashMap::<char, Vec<Form>>::new();
        for form in forms {
            if let Some(letter) = letter(&form.words) {
                by_letter.entry(letter).or_default().push(form);
            }
        }
        Terms(by_letter)
    }

    /// Links the first use of each term in the chapter's prose: not in headings, code, links or quotations.
    ///
    /// `dir` is the chapter's directory, from that of the chapters.
    pub fn link(&self, text: &str, dir: &Path, config: &Config) -> String {
        let up = "../".repeat(dir.components().count());
        let mut result = String::with_capacity(text.len());
        let mut copied = 0;
        let mut used: Vec<&str> = Vec::new();
        for prose in prose(text, config) {
            let mut at = prose.start;
            while at < prose.end {
                let rest = &text[at..prose.end];
                let starts_word = !text[..at].ends_with(in_word)
                    || text[..at].ends_with(is_han)
                    || rest.starts_with(is_han);
                let Some((length, id)) = starts_word.then(|| self.at_start(rest)).flatten() else {
                    at += rest.chars().next().map_or(1, char::len_utf8);
                    continue;
                };
                let word = at..at + length;
                at = word.end;
                if used.contains(&id) {
                    continue;
                }
                let Some(word) = with_its_stars(text, word) else { continue };
                used.push(id);
                result.push_str(&text[copied..word.start]);
                let words = &text[word.clone()];
                result.push_str(&format!(
                    r#"<a class="term" href="{up}{GLOSSARY}#{id}">{words}</a>"#
                ));
                copied = word.end;
            }
        }
        result.push_str(&text[copied..]);
        result
    }

    /// The term at the start of the text: its length there, and its id.
    fn at_start(&self, text: &str) -> Option<(usize, &str)> {
        let forms = self.0.get(&letter(text)?)?;
        forms.iter().find_map(|form| Some((used_at_start(&form.words, text)?, &*form.id)))
    }
}

/// Where a link to a word can be put: around the stars of what is stressed, where a tag between them and the word
/// would keep Markdown from seeing them. That is so behind a letter, and before one (CommonMark 0.31, section 6.2).
/// `None`: the word is only a part of what is stressed there.
fn with_its_stars(text: &str, word: Range<usize>) -> Option<Range<usize>> {
    let (before, after) = (&text[..word.start], &text[word.end..]);
    let outside = (before.trim_end_matches('*'), after.trim_start_matches('*'));
    let stars = (before.len() - outside.0.len(), after.len() - outside.1.len());
    let is_hidden = stars.0 > 0 && outside.0.ends_with(char::is_alphanumeric)
        || stars.1 > 0 && outside.1.starts_with(char::is_alphanumeric);
    match is_hidden {
        false => Some(word),
        true => (stars.0 == stars.1).then(|| word.start - stars.0..word.end + stars.1),
    }
}

/// The length of the words at the start of the text, in the singular or the plural; `None` if the
/// text starts with something else.
fn used_at_start(words: &str, text: &str) -> Option<usize> {
    let mut rest = text;
    for (place, expected) in words.chars().enumerate() {
        rest = if expected == ' ' {
            // A line of the source may end between two words.
            let trimmed = rest.trim_start();
            (trimmed.len() < rest.len()).then_some(trimmed)?
        } else {
            // As at the start of a sentence.
            let capital = expected.to_ascii_uppercase();
            let found = rest.strip_prefix(expected);
            found.or_else(|| (place == 0).then(|| rest.strip_prefix(capital)).flatten())?
        };
    }
    let ends = ["s", "es", ""].into_iter().filter_map(|end| rest.strip_prefix(end));
    // And `listen(2)` is a page of the manual.
    let ends_in_han = words.ends_with(is_han);
    let goes_on = |c: char| c == '(' || in_word(c) && !ends_in_han && !is_han(c);
    let ends_word = |rest: &&str| !rest.starts_with(goes_on);
    let rest = ends.into_iter().find(ends_word)?;
    Some(text.len() - rest.len())
}

/// `port-reuse` and `TIME_WAIT` are one word each.
fn in_word(c: char) -> bool {
    c.is_alphanumeric() || c == '-' || c == '_'
}

/// Where a chapter's prose is in its source: runs of text that nothing but a line's end
/// interrupts.
fn prose(text: &str, config: &Config) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    // How many elements are open in which nothing is linked.
    let mut closed_off = 0usize;
    let mut joins = false;
    let mut in_option = false;
    for (event, span) in html::parser(text, config).into_offset_iter() {
        let joined = std::mem::replace(&mut joins, false);
        match event {
            // What is folded away counts as no use.
            Event::TaskListMarker(_) => {
                in_option = true;
                closed_off += 1;
            }
            Event::End(TagEnd::Item) if std::mem::take(&mut in_option) => closed_off -= 1,
            Event::Start(Tag::HtmlBlock) => {
                let tags = html::tags(&text[span]).into_iter();
                for tag in tags.filter(|tag| tag.name == "details") {
                    closed_off =
                        if tag.is_end { closed_off.saturating_sub(1) } else { closed_off + 1 };
                }
            }
            Event::Start(tag) if is_closed_off(&tag.to_end()) => closed_off += 1,
            Event::End(tag) if is_closed_off(&tag) => closed_off -= 1,
            Event::InlineHtml(_) => {
                for tag in html::tags(&text[span]) {
                    if tag.opens() {
                        closed_off += 1;
                    } else if tag.is_end {
                        closed_off = closed_off.saturating_sub(1);
                    }
                }
            }
            Event::SoftBreak => joins = joined,
            Event::Text(_) if closed_off == 0 => {
                joins = true;
                match runs.last_mut() {
                    Some(run) if joined && text[run.end..span.start].trim().is_empty() => {
                        run.end = span.end;
                    }
                    _ => runs.push(span),
                }
            }
            _ => {}
        }
    }
    runs
}

fn is_closed_off(tag: &TagEnd) -> bool {
    matches!(
        tag,
        TagEnd::Heading(_)
            // What a program says is quoted in italics, and what the tutorial says.
            | TagEnd::Emphasis
            | TagEnd::CodeBlock
            | TagEnd::Link
            | TagEnd::Image
            | TagEnd::TableHead
            | TagEnd::DefinitionListTitle
            | TagEnd::MetadataBlock(_)
    )
}
