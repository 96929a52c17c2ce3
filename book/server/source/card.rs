//! The cards of a chapter: each is a `<div>` whose first class says what it is.

use std::ops::Range;

use mdbook_preprocessor::config::Config;

use super::html;

pub struct Card {
    /// All its classes.
    pub classes: Vec<String>,
    /// Its `<div …>`.
    pub opening: Range<usize>,
    /// Its `</div>`.
    pub closing: Range<usize>,
}

impl Card {
    /// The cards of a chapter whose first class is `name`, in their order. One that is never closed is no card
    /// here: it's a defect of its own.
    pub fn all(text: &str, name: &str, config: &Config) -> Vec<Card> {
        let mut open = Vec::new();
        let mut cards = Vec::new();
        for tag in html::tags_of(text, config).into_iter().filter(|tag| tag.name == "div") {
            if !tag.is_end {
                open.push(tag);
                continue;
            }
            let Some(opening) = open.pop() else { continue };
            let classes: Vec<String> = opening
                .value("class")
                .unwrap_or_default()
                .split_whitespace()
                .map(str::to_owned)
                .collect();
            if classes.first().is_some_and(|first| first == name) {
                cards.push(Card { classes, opening: opening.span, closing: tag.span });
            }
        }
        cards.sort_by_key(|one| one.opening.start);
        cards
    }

    /// Where the card is, with its tags.
    pub fn span(&self) -> Range<usize> {
        self.opening.start..self.closing.end
    }
}
