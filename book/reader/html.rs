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

/// A tag that a chapter writes as HTML.
pub struct TagText<'html> {
    /// In lower case.
    pub name: String,
    pub is_end: bool,
    /// What stands between the name and the `>`.
    inside: &'html str,
    /// Where it starts.
    pub offset: usize,
}

/// The tags in `html`, without those in comments, scripts and styles.
pub fn tags(html: &str) -> Vec<TagText<'_>> {
    static TAG: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"(?s)<!--.*?-->|<(/?)([A-Za-z][^\s/>]*)((?:"[^"]*"|'[^']*'|[^'">])*)>"#)
            .expect("a valid pattern")
    });
    let mut all: Vec<TagText<'_>> = Vec::new();
    let mut raw: Option<String> = None;
    for found in TAG.captures_iter(html) {
        let (Some(whole), Some(slash), Some(name), Some(inside)) =
            (found.get(0), found.get(1), found.get(2), found.get(3))
        else {
            continue;
        };
        let name = name.as_str().to_ascii_lowercase();
        let is_end = !slash.is_empty();
        if raw.as_ref().is_some_and(|raw| !is_end || *raw != name) {
            continue;
        }
        raw = (!is_end && matches!(&*name, "script" | "style")).then(|| name.clone());
        all.push(TagText { name, is_end, inside: inside.as_str(), offset: whole.start() });
    }
    all
}

impl<'html> TagText<'html> {
    /// Whether an end tag has to follow.
    pub fn opens(&self) -> bool {
        const VOID: [&str; 14] = [
            "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param",
            "source", "track", "wbr",
        ];
        !self.is_end && !self.inside.ends_with('/') && !VOID.contains(&&*self.name)
    }

    /// The attributes that have a value, their names in lower case.
    pub fn attributes(&self) -> Vec<(String, &'html str)> {
        static ATTRIBUTE: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(r#"([A-Za-z_:][-A-Za-z0-9_:.]*)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))"#)
                .expect("a valid pattern")
        });
        let pairs = ATTRIBUTE.captures_iter(self.inside).filter_map(|pair| {
            let value = pair.get(2).or(pair.get(3)).or(pair.get(4))?;
            Some((pair.get(1)?.as_str().to_ascii_lowercase(), value.as_str()))
        });
        pairs.collect()
    }
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
        for tag in tags(&text[piece]) {
            let named =
                tag.attributes().into_iter().filter(|(name, _)| name == "id" || name == "name");
            ids.extend(named.map(|(_, value)| value.to_owned()));
        }
    }
    ids
}

/// The id that mdBook makes from a heading's words.
pub fn slug(heading: &str) -> String {
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
    (1..).map(|n| format!("{id}-{n}")).find(|candidate| !used.contains(candidate)).unwrap_or(id)
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
    text.as_bytes().iter().take(offset).filter(|&&byte| byte == b'\n').count() + 1
}

pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
