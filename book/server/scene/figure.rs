//! Figures that are drawn from recorded scenes when the book is built: `<div class="drawn" data-scene="handshake"
//! data-title="The handshake"></div>`. With `data-from`, it begins with the first row in which a program says this.

use std::path::Path;

use catalog::Language;

use super::html;
use super::recorded::Recording;
use super::row::Act;
use super::words;
use crate::source::html::Tag;

/// A figure that a chapter asks for.
pub struct Drawn {
    /// The name of a file in `chapters/scenes/`, without its ending.
    pub scene: String,
    title: String,
    from: Option<String>,
}

impl Drawn {
    /// The figure that a tag asks for, if it asks for one.
    pub fn asked_by(tag: &Tag) -> Option<Result<Drawn, String>> {
        if tag.name != "div" || tag.is_end || tag.value("class") != Some("drawn") {
            return None;
        }
        let value = |name: &str| tag.value(name).filter(|it| !it.is_empty()).map(str::to_owned);
        let wanted = |name: &str| value(name).ok_or_else(|| format!("figure: it has no {name}"));
        let drawn = || {
            let (scene, title) = (wanted("data-scene")?, wanted("data-title")?);
            Ok(Drawn { scene, title, from: value("data-from") })
        };
        Some(drawn())
    }

    /// # Errors
    ///
    /// There is no such recording, or nothing in it says what this begins with.
    pub fn html(&self, root: &Path, src: &Path, language: Language) -> Result<String, String> {
        let recording = Recording::named(root, src, &self.scene)
            .map_err(|why| format!("scene {}: {why}", self.scene))?;
        let story = recording.story();
        let begins = |text: &str| {
            story.rows().iter().position(
                |row| matches!(&row.act, Act::Lines { lines, .. } if lines.iter().any(|one| one == text)),
            )
        };
        let from = match &self.from {
            None => 0,
            Some(text) => begins(text)
                .ok_or_else(|| format!("scene {}: no program says {text:?}", self.scene))?,
        };
        Ok(html::figure(&story, from, &recording.cast, &self.title, words::of(language)))
    }
}
