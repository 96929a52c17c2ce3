//! Panels: a chapter asks for one with `<div class="run" data-server="lesson02" data-client="lesson01">`
//! around the recording of such a run. `data-program` is for a program that is alone.
//!
//! On a page that this reader serves, a script makes buttons of it. Everywhere else it stays the
//! recording, and a line tells how to run it.

use mdbook_preprocessor::config::Config;

use crate::html::{self, TagText};
use crate::programs::Asked;

/// The programs of one panel, the server first.
pub struct Panel {
    pub programs: Vec<Asked>,
}

impl Panel {
    /// Reads a panel's attributes, without their `data-`.
    ///
    /// # Errors
    ///
    /// They name no program, or one that a page cannot run.
    pub fn written<'text>(
        sides: impl IntoIterator<Item = (&'text str, &'text str)>,
    ) -> Result<Panel, String> {
        let mut sides: Vec<_> = sides.into_iter().collect();
        sides.sort_by_key(|(side, _)| *side != "server");
        match sides.iter().map(|(side, _)| *side).collect::<Vec<_>>().as_slice() {
            ["program" | "server"] | ["server", "client"] => {}
            _ => return Err("needs data-server and data-client, or one data-program".into()),
        }
        let programs = sides.into_iter().map(|(_, text)| Asked::written(text));
        Ok(Panel { programs: programs.collect::<Result<_, _>>()? })
    }

    /// The panel that a tag opens, if it opens one.
    pub fn opened_by(tag: &TagText<'_>) -> Option<Result<Panel, String>> {
        let attributes = tag.attributes();
        let is_panel = attributes.iter().any(|(name, value)| {
            name == "class" && value.split_whitespace().any(|class| class == "run")
        });
        if tag.name != "div" || tag.is_end || !is_panel {
            return None;
        }
        let sides = attributes
            .iter()
            .filter_map(|(name, value)| Some((name.strip_prefix("data-")?, *value)));
        Some(Panel::written(sides))
    }
}

/// Puts a line at the end of each panel that tells how it can be run.
pub fn explain(text: &str, config: &Config) -> String {
    let mut result = String::with_capacity(text.len());
    let mut copied = 0;
    // For each open `div`, whether it is a panel.
    let mut open = Vec::new();
    for piece in html::pieces(text, config) {
        for tag in html::tags(&text[piece.clone()]).iter().filter(|tag| tag.name == "div") {
            if !tag.is_end {
                open.push(Panel::opened_by(tag).is_some());
            } else if open.pop() == Some(true) {
                let end = piece.start + tag.offset;
                result.push_str(&text[copied..end]);
                result.push_str(NOTE);
                copied = end;
            }
        }
    }
    result.push_str(&text[copied..]);
    result
}

const NOTE: &str = "<p class=\"run-note\">To run this on the page, serve the book yourself: \
                    <code>cargo run -p book</code></p>\n";
