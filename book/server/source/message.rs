//! Messages: the pieces of the book that a translation replaces, each a paragraph, a heading, a cell, a caption,
//! a label of a figure or the like.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::LazyLock;

use mdbook_markdown::pulldown_cmark::{Event, Tag, TagEnd};
use mdbook_preprocessor::config::Config;
use regex::Regex;

use super::html;

/// A piece of a source that has words.
#[derive(Debug)]
pub struct Message {
    /// Where it is in the source.
    pub span: Range<usize>,
    /// Its text, in one line: where lines end in the source means nothing.
    pub text: String,
    /// The id that links use, where the words make one: of a heading, or of a term.
    pub id: Option<Id>,
}

/// An id that mdBook makes from English words, so that a translation needs it written out.
#[derive(Debug, PartialEq, Eq)]
pub enum Id {
    Heading(String),
    Term(String),
}

impl Message {
    /// The messages of a chapter, in its order.
    pub fn of_chapter(text: &str, config: &Config) -> Vec<Message> {
        let mut found = Finder {
            text,
            messages: Vec::new(),
            open: None,
            words: String::new(),
            used: HashSet::new(),
        };
        let mut in_code = false;
        for (event, span) in html::parser(text, config).into_offset_iter() {
            match event {
                Event::Start(Tag::CodeBlock(_)) => {
                    found.close();
                    in_code = true;
                }
                Event::End(TagEnd::CodeBlock) => in_code = false,
                _ if in_code => {}
                Event::Start(Tag::HtmlBlock) => {
                    found.close();
                    let inside = Message::of_html(&text[span.clone()]).into_iter();
                    found.messages.extend(inside.map(|one| one.moved(span.start)));
                }
                Event::Html(_) | Event::TaskListMarker(_) => {}
                Event::End(end) if !is_inline(&end) => found.end(&end),
                Event::Start(tag) if !is_inline(&tag.to_end()) => {
                    found.close();
                    if let Tag::Heading { id: Some(id), .. } = tag {
                        found.used.insert(id.into_string());
                    }
                }
                Event::Rule => found.close(),
                _ => {
                    if let Event::Text(words) | Event::Code(words) = event {
                        found.words.push_str(&words);
                    }
                    found.extend(span);
                }
            }
        }
        found.close();
        found.messages
    }

    /// The messages of the list of chapters: titles of parts, and names of chapters.
    pub fn of_summary(list: &str) -> Vec<Message> {
        static TITLE: LazyLock<Regex> =
            LazyLock::new(|| Regex::new(r"(?m)^# (.+)$|\[([^\]]+)\]\(").expect("a valid pattern"));
        // Its own title is shown nowhere.
        let titles =
            TITLE.captures_iter(list).skip_while(|found| found[0].starts_with("# Summary"));
        let spans = titles.filter_map(|found| Some(found.get(1).or(found.get(2))?.range()));
        spans.filter_map(|span| Message::new(list, span)).collect()
    }

    /// The messages of a file of HTML or SVG, in its order.
    pub fn of_html(text: &str) -> Vec<Message> {
        let mut messages = Vec::new();
        let mut start = 0;
        let mut hidden = 0usize;
        for tag in html::tags(text) {
            if INLINE.contains(&&*tag.name) {
                continue;
            }
            if hidden == 0 {
                messages.extend(without_comments(text, start..tag.span.start));
            }
            if matches!(&*tag.name, "style" | "script") {
                hidden = if tag.is_end { hidden.saturating_sub(1) } else { hidden + 1 };
            }
            if !tag.is_end {
                messages.extend(attributes(text, &tag));
            }
            start = tag.span.end;
        }
        messages.extend(without_comments(text, start..text.len()));
        messages
    }

    fn new(text: &str, span: Range<usize>) -> Option<Message> {
        let source = &text[span.clone()];
        let start = span.start + (source.len() - source.trim_start().len());
        let source = source.trim();
        let message = Message {
            span: start..start + source.len(),
            text: source.split_whitespace().collect::<Vec<_>>().join(" "),
            id: None,
        };
        has_words(&message.text).then_some(message)
    }

    fn moved(mut self, by: usize) -> Message {
        self.span = self.span.start + by..self.span.end + by;
        self
    }
}

/// Whether a text has a word that isn't code, a directive or the inside of a tag.
fn has_words(text: &str) -> bool {
    prose(text).contains(char::is_alphabetic)
}

/// A text without what no translation changes: code, directives, tags, and where links lead.
fn prose(text: &str) -> String {
    static OTHER: LazyLock<Regex> = LazyLock::new(|| {
        let code = r"``[^`].*?``|`[^`]*`|(?s:<code[^>]*>.*?</code>)";
        let names = r"\{\{.*?\}\}|</?[A-Za-z][^>]*>|&#?[A-Za-z0-9]+;|\]\([^)]*\)|<https?:[^>]*>";
        Regex::new(&format!("{code}|{names}")).expect("a valid pattern")
    });
    OTHER.replace_all(text, " ").into_owned()
}

struct Finder<'text> {
    text: &'text str,
    messages: Vec<Message>,
    /// The piece that the last events were a part of.
    open: Option<Range<usize>>,
    /// Its words, as mdBook takes them for an id.
    words: String,
    /// The ids of headings and terms so far.
    used: HashSet<String>,
}

impl Finder<'_> {
    fn extend(&mut self, span: Range<usize>) {
        let open = self.open.get_or_insert(span.clone());
        *open = open.start.min(span.start)..open.end.max(span.end);
    }

    fn close(&mut self) {
        let message = self.open.take().and_then(|span| Message::new(self.text, span));
        self.messages.extend(message);
        self.words.clear();
    }

    fn end(&mut self, end: &TagEnd) {
        let is_heading = matches!(end, TagEnd::Heading(_));
        if !is_heading && *end != TagEnd::DefinitionListTitle {
            return self.close();
        }
        let id = html::unused(html::slug(&self.words), &self.used);
        let before = self.messages.len();
        self.close();
        if let Some(message) = self.messages.get_mut(before) {
            // A heading that has its id written keeps it: the parser says so, and it stands behind the message.
            let rest = &self.text[message.span.end..];
            if !rest.trim_start_matches([' ', '\t']).starts_with("{#") {
                message.id = Some(if is_heading { Id::Heading } else { Id::Term }(id.clone()));
            }
        }
        self.used.insert(id);
    }
}

fn is_inline(tag: &TagEnd) -> bool {
    matches!(
        tag,
        TagEnd::Emphasis
            | TagEnd::Strong
            | TagEnd::Strikethrough
            | TagEnd::Superscript
            | TagEnd::Subscript
            | TagEnd::Link
            | TagEnd::Image
    )
}

/// Elements within a sentence. All others end one.
const INLINE: [&str; 14] = [
    "a", "abbr", "b", "br", "code", "em", "i", "kbd", "small", "span", "strong", "sub", "sup",
    "tspan",
];

/// Attributes that people read, or hear.
const READ: [&str; 6] = ["alt", "aria-label", "data-look", "data-title", "data-way", "title"];

/// The message in a run of text, which begins behind the last comment in it.
fn without_comments(text: &str, span: Range<usize>) -> Option<Message> {
    let run = &text[span.clone()];
    let start = run.rfind("-->").map_or(0, |at| at + "-->".len());
    if run[start..].contains("<!--") {
        return None;
    }
    Message::new(text, span.start + start..span.end)
}

fn attributes<'a>(text: &'a str, tag: &html::Tag) -> impl Iterator<Item = Message> + use<'a> {
    static VALUE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(&format!(" (?:{})=\"([^\"]+)\"", READ.join("|"))).expect("a valid pattern")
    });
    let start = tag.span.start;
    let values = VALUE.captures_iter(&text[tag.span.clone()]);
    values.filter_map(move |found| {
        let value = found.get(1)?.range();
        Message::new(text, start + value.start..start + value.end)
    })
}
