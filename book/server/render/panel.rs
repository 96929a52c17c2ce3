//! Panels on a page that nothing serves: the recording, and a line that tells how to run it.

use mdbook_preprocessor::config::Config;

use crate::panels::panel::Panel;
use crate::source::html;

/// Puts a line at the end of each panel that tells how it can be run.
pub fn explain(text: &str, config: &Config) -> String {
    let mut result = String::with_capacity(text.len());
    let mut copied = 0;
    // For each open `div`, whether it is a panel.
    let mut open = Vec::new();
    for tag in html::tags_of(text, config).iter().filter(|tag| tag.name == "div") {
        if !tag.is_end {
            open.push(Panel::opened_by(tag).is_some());
        } else if open.pop() == Some(true) {
            result.push_str(&text[copied..tag.span.start]);
            result.push_str(NOTE);
            copied = tag.span.start;
        }
    }
    result.push_str(&text[copied..]);
    result
}

const NOTE: &str = "<p class=\"run-note\">To run this on the page, serve the book yourself: \
                    <code>cargo run -p book</code></p>\n";
