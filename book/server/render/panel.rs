//! Panels on a page that nothing serves: the recordings, drawn and in words, and a line that tells how to run it.

use std::path::Path;

use mdbook_preprocessor::config::Config;

use crate::panels::panel::Panel;
use crate::scene::html as drawing;
use crate::scene::recorded::Recording;
use crate::source::html;

/// Puts the recorded scene of each panel in front of its other recordings, and a line at its end that tells how
/// it can be run.
pub fn explain(text: &str, root: &Path, config: &Config) -> String {
    let mut result = String::with_capacity(text.len());
    let mut copied = 0;
    // For each open `div`, whether it is a panel.
    let mut open = Vec::new();
    for tag in html::tags_of(text, config).iter().filter(|tag| tag.name == "div") {
        if !tag.is_end {
            let panel = Panel::opened_by(tag);
            open.push(panel.is_some());
            if let Some(Ok(panel)) = panel {
                result.push_str(&text[copied..tag.span.end]);
                copied = tag.span.end;
                result.push_str(&told(&panel));
                if let Some(name) = &panel.scene
                    && let Ok(recording) = Recording::named(root, &config.book.src, name)
                {
                    result.push_str(&drawn(&recording));
                }
            }
        } else if open.pop() == Some(true) {
            result.push_str(&text[copied..tag.span.start]);
            result.push_str(NOTE);
            copied = tag.span.start;
        }
    }
    result.push_str(&text[copied..]);
    result
}

/// What to look at. No line of it may be empty, since Markdown would go on there.
fn told(panel: &Panel) -> String {
    match &panel.look {
        Some(look) => format!("\n<p class=\"scene-look\">{}</p>", html::escape(look)),
        None => String::new(),
    }
}

fn drawn(recording: &Recording) -> String {
    let label = "What happened, drawn";
    let scene = drawing::scene(&recording.story(), &recording.cast, label);
    format!(
        "\n<div class=\"scene-recorded\">\n<p class=\"scene-source\">Recorded on our machine, packet by packet.</p>\n{scene}\n</div>"
    )
}

const NOTE: &str = "<p class=\"run-note\">To run this on the page, serve the book yourself: \
                    <code>cargo run -p book</code></p>\n";
