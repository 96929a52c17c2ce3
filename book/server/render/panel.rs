//! Panels on a page that nothing serves: the recordings, drawn and in words, and a line that tells how to run it.

use std::path::Path;

use mdbook_preprocessor::config::Config;

use super::words::of_build;
use crate::panels::panel::Panel;
use crate::scene::html as drawing;
use crate::scene::recorded::Recording;
use crate::scene::words;
use crate::source::{html, language};

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
                    result.push_str(&drawn(&recording, config));
                }
            }
        } else if open.pop() == Some(true) {
            result.push_str(&text[copied..tag.span.start]);
            result.push_str(&note(config));
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

fn drawn(recording: &Recording, config: &Config) -> String {
    let (said, words) = (of_build(config), words::of(language(config)));
    let scene = drawing::scene(&recording.story(), &recording.cast, said.drawn(), words);
    format!(
        "\n<div class=\"scene-recorded\">\n<p class=\"scene-source\">{}</p>\n{scene}\n</div>",
        said.recorded()
    )
}

fn note(config: &Config) -> String {
    let how = of_build(config).to_run_this("<code>cargo run -p book</code>");
    format!("<p class=\"run-note\">{how}</p>\n")
}
