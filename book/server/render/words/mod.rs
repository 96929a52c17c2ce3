//! What the build writes into a chapter, in each language.

mod en;
mod zh;

use catalog::Language;
use mdbook_preprocessor::config::Config;

use crate::source::{Verdict, language};

/// The words of one language.
pub trait Words: Sync {
    /// How long a page takes.
    fn minutes(&self, count: usize) -> String;

    /// The chip that leads to a chapter's exercise.
    fn your_exercise(&self) -> &'static str;

    /// Above a chapter's title.
    fn chapter(&self, number: &str) -> String;

    fn verdict(&self, verdict: Verdict) -> &'static str;

    /// The label of a box of things to do.
    fn do_now(&self) -> &'static str;

    /// The caption of a diff, with the names of both files.
    fn diff(&self, old: &str, new: &str) -> String;

    /// Behind the name of a file that a client or a server runs.
    fn client(&self) -> &'static str;
    fn server(&self) -> &'static str;

    /// What a recorded scene is called, and where it's from.
    fn drawn(&self) -> &'static str;
    fn recorded(&self) -> &'static str;

    /// How a page without a server becomes one with it, where `command` does it.
    fn to_run_this(&self, command: &str) -> String;

    /// Behind the signs of a prediction's options.
    fn right(&self) -> &'static str;
    fn wrong(&self) -> &'static str;

    /// On the front page, the way to the whole book as a PDF: of this edition, or else of the English one.
    fn pdf(&self, href: &str, is_own: bool) -> String;

    /// What opens on what shows a prediction.
    fn proof(&self) -> &'static str;

    /// What shows it: a recording that a link leads to, a check with a command that runs it, or one with a name. `said`
    /// is what the chapter says of it, or nothing.
    fn recording(&self, link: &str, said: &str) -> String;
    fn check_to_run(&self, command: &str, said: &str) -> String;
    fn check(&self, name: &str, said: &str) -> String;
}

/// The words of a language.
pub fn of(language: Language) -> &'static dyn Words {
    match language {
        Language::English => &en::English,
        Language::Chinese => &zh::Chinese,
    }
}

/// The words of a book with these settings.
pub fn of_build(config: &Config) -> &'static dyn Words {
    of(language(config))
}
