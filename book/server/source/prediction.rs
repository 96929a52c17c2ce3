//! Predictions: what will happen, asked before an experiment shows it.
//!
//! In a chapter, a prediction is a `<div class="predict">` with a list of options: `- [x]` is the right
//! one, and `- [ ]` leads to an idea that breaks somewhere. Each option is explained below itself, and
//! the right one names what shows it.

use std::ops::Range;
use std::sync::LazyLock;

use mdbook_markdown::pulldown_cmark::{Event, Tag, TagEnd};
use mdbook_preprocessor::config::Config;
use regex::Regex;

use super::html;

pub const OPENING: &str = "<div class=\"predict\">";

/// The sentence that names what shows the right option, as a pattern: names, and what is said of each.
pub const SHOWN: &str = r"Shown by (`[A-Za-z0-9_-]+`[^.]*)\.?";

pub struct Prediction {
    /// Where its `<div>` starts.
    pub start: usize,
    pub list: Range<usize>,
    pub options: Vec<Choice>,
}

pub struct Choice {
    pub start: usize,
    /// `None` if it has no mark.
    pub right: Option<bool>,
    /// What the reader chooses, as HTML.
    pub words: String,
    /// Why it is right, or where it breaks, as Markdown.
    pub explanation: String,
}

impl Prediction {
    /// The predictions of a chapter, in its order.
    pub fn all(text: &str, config: &Config) -> Vec<Prediction> {
        let events: Vec<_> = html::parser(text, config).into_offset_iter().collect();
        let mut all = Vec::new();
        for (at, (event, span)) in events.iter().enumerate() {
            if !matches!(event, Event::Html(html) if html.starts_with(OPENING)) {
                continue;
            }
            let mut behind = events[at + 1..].iter();
            let list = behind
                .by_ref()
                .take_while(|(event, _)| !ends(event))
                .find(|(event, _)| matches!(event, Event::Start(Tag::List(None))))
                .map_or(span.end..span.end, |(_, span)| span.clone());
            let items = behind.take_while(|(_, span)| span.end <= list.end);
            let options = choices(text, &items.cloned().collect::<Vec<_>>());
            all.push(Prediction { start: span.start, list, options });
        }
        all
    }

    /// The checks and recordings that show what is right.
    pub fn shown_by(&self) -> Vec<&str> {
        self.proofs().into_iter().map(|(name, _)| name).collect()
    }

    /// The same, each with what is said of it: "which this server fails", or nothing.
    pub fn proofs(&self) -> Vec<(&str, &str)> {
        static SENTENCE: LazyLock<Regex> =
            LazyLock::new(|| Regex::new(SHOWN).expect("a valid pattern"));
        let right = self.options.iter().find(|option| option.right == Some(true));
        let names = right.and_then(|option| SENTENCE.captures(&option.explanation)?.get(1));
        let parts: Vec<&str> = names.map_or("", |names| names.as_str()).split('`').collect();
        let said = |words: &'_ str| -> usize {
            let words = words.trim_end();
            let words =
                [" and by", " and"].iter().find_map(|end| words.strip_suffix(end)).unwrap_or(words);
            words.trim_end_matches([' ', '\n', ',']).len()
        };
        let named = parts[1..].chunks_exact(2);
        named
            .map(|part| (part[0], part[1][..said(part[1])].trim_start_matches([' ', '\n', ','])))
            .collect()
    }
}

/// Whether a prediction's options end here at the latest.
fn ends(event: &Event<'_>) -> bool {
    match event {
        Event::Start(Tag::Heading { .. }) => true,
        Event::Html(html) => html.starts_with("</div>") || html.starts_with(OPENING),
        _ => false,
    }
}

/// The items of a list, given the events inside it.
fn choices(text: &str, events: &[(Event<'_>, Range<usize>)]) -> Vec<Choice> {
    let mut options = Vec::new();
    let mut end = 0;
    for (at, (event, span)) in events.iter().enumerate() {
        if *event != Event::Start(Tag::Item) || span.start < end {
            continue;
        }
        end = span.end;
        let (mut right, mut words) = (None, String::new());
        let mut explained_from = span.end;
        for (event, inner) in &events[at + 1..] {
            match event {
                Event::TaskListMarker(checked) => right = Some(*checked),
                Event::Start(Tag::Paragraph) if words.is_empty() => {}
                Event::Text(plain) => words += &html::escape(plain),
                Event::Code(code) => words += &format!("<code>{}</code>", html::escape(code)),
                Event::SoftBreak => words.push(' '),
                Event::End(TagEnd::Paragraph) => {
                    explained_from = inner.end;
                    break;
                }
                _ => break,
            }
        }
        // Below the mark of the list, text is set in by two.
        let explanation: Vec<&str> = text[explained_from..span.end]
            .trim()
            .lines()
            .map(|line| line.strip_prefix("  ").unwrap_or(line))
            .collect();
        let explanation = explanation.join("\n");
        options.push(Choice { start: span.start, right, words, explanation });
    }
    options
}
