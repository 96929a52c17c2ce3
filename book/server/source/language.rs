//! The language of a build.

use catalog::Language;
use mdbook_preprocessor::config::Config;

/// The language of a book with these settings. English, where they name none.
pub fn language(config: &Config) -> Language {
    Language::of(config.book.language.as_deref().unwrap_or_default())
}
