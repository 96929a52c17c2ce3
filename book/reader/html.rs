//! Chapters as mdBook reads them: its Markdown, the HTML written in it, and the ids of a page.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::LazyLock;

use mdbook_markdown::MarkdownOptions;
use mdbook_markdown::pulldown_cmark::{Event, Parser, Tag, TagEnd};
use mdbook_preprocessor::config::Config;
use regex::Regex;

/// mdBook's parser with the extensions that the book's settings turn on.
pub fn parser<'text>(text: &'text str, config: &Config) -> Parser<'text> {
    let mut options = MarkdownOptions::default();
    if let Some(html) = config.html_config() {
        options.smart_punctuation = html.smart_punctuation;
        options.definition_lists = html.definition_lists;
        options.admonitions = html.admonitions;
    }
    mdbook_markdown::new_cmark_parser(text, &options)
}

/// An attribute of a tag that a chapter writes as HTML.
pub struct Attribute<'html> {
    pub tag: &'html str,
    pub name: &'html str,
    pub value: &'html str,
    /// Where the tag starts.
    pub offset: usize,
}

/// The attributes of all tags in `html`, comments left out.
pub fn attributes(html: &str) -> Vec<Attribute<'_>> {
    static TAG: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"(?s)<!--.*?-->|<([A-Za-z][A-Za-z0-9-]*)((?:"[^"]*"|'[^']*'|[^'">])*)>"#)
            .expect("a valid pattern")
    });
    static ATTRIBUTE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"([A-Za-z_:][-A-Za-z0-9_:.]*)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))"#)
            .expect("a valid pattern")
    });
    let mut all = Vec::new();
    for tag in TAG.captures_iter(html) {
        let (Some(whole), Some(name), Some(inside)) = (tag.get(0), tag.get(1), tag.get(2)) else {
            continue;
        };
        for pair in ATTRIBUTE.captures_iter(inside.as_str()) {
            let value = pair.get(2).or(pair.get(3)).or(pair.get(4));
            if let (Some(attribute), Some(value)) = (pair.get(1), value) {
                all.push(Attribute {
                    tag: name.as_str(),
                    name: attribute.as_str(),
                    value: value.as_str(),
                    offset: whole.start(),
                });
            }
        }
    }
    all
}

/// Every piece of HTML in a chapter: whole blocks, and single tags within a line.
pub fn pieces(text: &str, config: &Config) -> Vec<Range<usize>> {
    parser(text, config)
        .into_offset_iter()
        .filter(|(event, _)| matches!(event, Event::Start(Tag::HtmlBlock) | Event::InlineHtml(_)))
        .map(|(_, span)| span)
        .collect()
}

/// The ids that a link to the chapter's page can name.
pub fn ids(text: &str, config: &Config) -> HashSet<String> {
    let mut ids = HashSet::new();
    let mut made = HashSet::new();
    let mut heading: Option<String> = None;
    let mut image = 0;
    for event in parser(text, config) {
        match event {
            Event::Start(Tag::Heading { id: Some(id), .. }) => {
                ids.insert(id.into_string());
            }
            Event::Start(Tag::Heading { id: None, .. } | Tag::DefinitionListTitle) => {
                heading = Some(String::new());
            }
            Event::Start(Tag::Image { .. }) => image += 1,
            Event::End(TagEnd::Image) => image -= 1,
            Event::Text(text) | Event::Code(text) if image == 0 => {
                if let Some(heading) = &mut heading {
                    heading.push_str(&text);
                }
            }
            Event::SoftBreak => {
                if let Some(heading) = &mut heading {
                    heading.push('\n');
                }
            }
            Event::End(TagEnd::Heading(_) | TagEnd::DefinitionListTitle) => {
                if let Some(heading) = heading.take() {
                    made.insert(unused(slug(&heading), &made));
                }
            }
            _ => {}
        }
    }
    ids.extend(made);
    for piece in pieces(text, config) {
        let named = attributes(&text[piece])
            .into_iter()
            .filter(|a| a.name == "id" || a.name == "name");
        ids.extend(named.map(|attribute| attribute.value.to_owned()));
    }
    ids
}

/// The id that mdBook makes from a heading's words.
fn slug(heading: &str) -> String {
    let words = heading.trim().to_lowercase();
    words
        .chars()
        .filter(|c| c.is_alphanumeric() || c.is_whitespace() || matches!(c, '_' | '-'))
        .map(|c| if c.is_whitespace() { '-' } else { c })
        .collect()
}

/// `id`, or with the first number behind it that makes it differ from all others.
fn unused(id: String, used: &HashSet<String>) -> String {
    if !used.contains(&id) {
        return id;
    }
    (1..)
        .map(|n| format!("{id}-{n}"))
        .find(|candidate| !used.contains(candidate))
        .unwrap_or(id)
}

/// Whether a style sheet loads something from another host.
pub fn loads_remote(css: &str) -> Option<usize> {
    static REMOTE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"(?i)(?:url\(\s*|@import\s+)["']?\s*(?:https?:)?//"#).expect("a valid pattern")
    });
    REMOTE.find(css).map(|found| found.start())
}

/// The number of the line that holds the byte at `offset`.
pub fn line(text: &str, offset: usize) -> usize {
    text.as_bytes()
        .iter()
        .take(offset)
        .filter(|&&byte| byte == b'\n')
        .count()
        + 1
}

pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
