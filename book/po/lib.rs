//! The languages of the workbook, and translations of its English texts: messages of gettext, by their English
//! words.

use std::collections::HashMap;
use std::env;

use polib::po_file;

/// A language that the workbook speaks. Its sources are English.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Language {
    English,
    Chinese,
}

impl Language {
    pub const ALL: [Language; 2] = [Language::English, Language::Chinese];

    /// As HTML and mdBook name it (RFC 5646).
    pub fn tag(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::Chinese => "zh-CN",
        }
    }

    /// Where the pages in this language are, below the book's own address.
    pub fn folder(self) -> &'static str {
        match self {
            Language::English => "",
            Language::Chinese => "zh",
        }
    }

    /// The language of a tag or a locale, such as `zh-CN`, `zh` or `zh_CN.UTF-8`. English, where it's none of ours.
    pub fn of(name: &str) -> Language {
        let primary = name.split(['-', '_', '.']).next().unwrap_or_default();
        match primary.eq_ignore_ascii_case("zh") {
            true => Language::Chinese,
            false => Language::English,
        }
    }

    /// What the variable says, or else the system's language: of the first of these variables that isn't
    /// empty (POSIX.1-2024, XBD 8.2).
    pub fn of_environment(variable: &str) -> Language {
        let names = [variable, "LC_ALL", "LC_MESSAGES", "LANG"];
        let mut said = names.iter().filter_map(|name| env::var(name).ok());
        said.find(|name| !name.is_empty()).map_or(Language::English, |name| Language::of(&name))
    }
}

/// Messages in another language. One that means something else on a page has the file's name for its context.
#[derive(Clone, Default)]
pub struct Catalog(HashMap<String, String>);

impl Catalog {
    /// Reads a PO file.
    ///
    /// # Errors
    ///
    /// It's no PO file; the text says where.
    pub fn parse(po: &str) -> Result<Catalog, String> {
        let options = po_file::POParseOptions::default();
        let parsed = po_file::parse_from_reader_with_option(po.as_bytes(), &options);
        let messages = parsed.map_err(|why| why.to_string())?;
        // The English text of a fuzzy message has changed since it was translated.
        let whole = messages.messages().filter(|one| one.is_translated() && !one.is_fuzzy());
        let pairs = whole.filter_map(|message| {
            let words = message.msgstr().ok()?.to_owned();
            Some((key(message.msgctxt(), message.msgid()), words))
        });
        Ok(Catalog(pairs.collect()))
    }

    /// The translation of this text, if there is one.
    pub fn get(&self, english: &str) -> Option<&str> {
        self.0.get(english).map(String::as_str)
    }

    /// The translation of this text in a context, or else the one for anywhere.
    pub fn get_in(&self, context: &str, english: &str) -> Option<&str> {
        let own = self.0.get(&key(Some(context), english)).map(String::as_str);
        own.or_else(|| self.get(english))
    }

    /// All of its English texts.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Adds the messages of another one.
    pub fn extend(&mut self, other: Catalog) {
        self.0.extend(other.0);
    }
}

/// A message by its context and its English text.
pub fn key(context: Option<&str>, english: &str) -> String {
    match context {
        // As gettext's own tables have it.
        Some(context) => format!("{context}\u{4}{english}"),
        None => english.to_owned(),
    }
}
