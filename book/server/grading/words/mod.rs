//! What the server itself says of exercises, in each language. All else on a grade comes from the suite, which is told
//! the language as well.

mod en;
mod zh;

use catalog::Language;

use super::editor::Unopened;

/// The words of one language.
pub trait Words: Sync {
    // Why a suite has told no grade.

    /// It has told this wrongly, and ended with this status.
    fn wrongly_told(&self, lesson: &str, what: Mistold, status: &str) -> String;
    fn suite_does_not_start(&self, lesson: &str, why: &str) -> String;
    fn cargo_does_not_start(&self, why: &str) -> String;
    fn nothing_built(&self, said: &str) -> String;

    // Why no difference between an answer and the solution is shown.

    fn no_such_exercise(&self) -> &'static str;
    fn passes_first(&self) -> &'static str;
    fn cannot_compare(&self, name: &str, why: &str) -> String;
    fn too_long(&self) -> &'static str;

    /// Why no editor is open. The page makes a sentence of it.
    fn unopened(&self, why: &Unopened) -> String;
}

/// What is wrong with a suite's live record.
#[derive(Clone, Copy)]
pub enum Mistold {
    Nothing,
    NotOnce,
    OtherEnd,
}

/// The words of a language.
pub fn of(language: Language) -> &'static dyn Words {
    match language {
        Language::English => &en::English,
        Language::Chinese => &zh::Chinese,
    }
}
