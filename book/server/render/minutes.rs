//! How long a chapter takes: computed from its text, so that it stays true when the text changes.

use mdbook_markdown::pulldown_cmark::{Event, Tag, TagEnd};
use mdbook_preprocessor::config::Config;

use crate::source::{Prediction, html};

/// A slow reader's words a minute: many of them are new.
const WORDS: usize = 200;

/// To predict, to run, and to compare.
const EXPERIMENT: usize = 2;

const BAR: &str = "<p class=\"lesson-bar\">";

/// The chapter with its minutes in the bar at its head, if it has a bar.
pub fn tell(text: &str, config: &Config) -> String {
    let Some(bar) = text.find(BAR) else {
        return text.to_owned();
    };
    let Some(end) = text[bar..].find("</p>") else {
        return text.to_owned();
    };
    let (before, behind) = text.split_at(bar + end);
    let minutes = match minutes(text, config) {
        1 => "a minute".to_owned(),
        minutes => format!("{minutes} minutes"),
    };
    format!("{before} · about {minutes}{behind}")
}

/// The words of its prose, and its experiments; listings and the exercise take what they take.
fn minutes(text: &str, config: &Config) -> usize {
    let mut in_code = false;
    let mut words = 0;
    for event in html::parser(text, config) {
        match event {
            Event::Start(Tag::CodeBlock(_)) => in_code = true,
            Event::End(TagEnd::CodeBlock) => in_code = false,
            Event::Text(text) | Event::Code(text) if !in_code => {
                words += text.split_whitespace().count();
            }
            _ => {}
        }
    }
    words.div_ceil(WORDS) + EXPERIMENT * Prediction::all(text, config).len()
}
