//! Figures that are drawn from recorded scenes.

use std::path::Path;

use mdbook_preprocessor::config::Config;

use crate::scene::figure::Drawn;
use crate::source::{html, language};

/// Puts the drawing into each `div` that asks for one. Those that cannot be drawn have been refused before.
pub fn draw(text: &str, root: &Path, config: &Config) -> String {
    let mut result = String::with_capacity(text.len());
    let mut copied = 0;
    for tag in html::tags_of(text, config) {
        if let Some(Ok(drawn)) = Drawn::asked_by(&tag)
            && let Ok(figure) = drawn.html(root, &config.book.src, language(config))
        {
            result.push_str(&text[copied..tag.span.end]);
            result.push_str(&figure);
            copied = tag.span.end;
        }
    }
    result.push_str(&text[copied..]);
    result
}
