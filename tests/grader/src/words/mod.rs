//! Every word of the grader that people read: steps, what was expected and got, causes, advice. The rest of
//! the crate calls functions here, which say the same in each language: one folder for each, and `texts` to
//! choose. What checks say themselves stands with them, in English; its Chinese is in `book/po`.
//!
//! A thread speaks English until it's told otherwise. So all that is recorded or tested is in English, whatever
//! the locale, and what a reader asked for is in the reader's language ([`speaking`], [`of_reader`]).
//!
//! This folder imports nothing of the crate.
#![cfg_attr(not(target_os = "linux"), allow(dead_code))]

use std::cell::Cell;
use std::fmt::Display;
use std::sync::LazyLock;

use catalog::Catalog;
pub use catalog::Language;

/// One function for each text, which has its arguments in it.
macro_rules! words {
    ($($name:ident($($argument:ident: $type:ty),*) = $text:literal $(, $more:expr)*;)*) => {
        $(pub fn $name($($argument: $type),*) -> String {
            format!($text $(, $more)*)
        })*
    };
}

mod en;
mod lines;
mod quote;
mod texts;
mod zh;

pub(crate) use lines::wrapped;
pub use quote::{Differing, differing, harmless, quote, shown};
pub use texts::*;

thread_local! {
    static SPOKEN: Cell<Language> = const { Cell::new(Language::English) };
}

/// The language of this thread.
pub fn language() -> Language {
    SPOKEN.get()
}

/// The language of who reads what this process says: that of `GRADER_LANG`, or else the system's.
pub fn of_reader() -> Language {
    Language::of_environment("GRADER_LANG")
}

/// Speaks this language meanwhile.
pub fn speaking<T>(language: Language, act: impl FnOnce() -> T) -> T {
    /// Also after a panic, which may not be the end of the thread.
    struct Before(Language);
    impl Drop for Before {
        fn drop(&mut self) {
            SPOKEN.set(self.0);
        }
    }
    let _before = Before(SPOKEN.replace(language));
    act()
}

static CHINESE: LazyLock<Catalog> = LazyLock::new(|| {
    let messages = include_str!("../../../../book/po/grader.zh-CN.po");
    Catalog::parse(messages).expect("a PO file, since a test reads it")
});

/// A text that isn't of this folder, in this thread's language. What has no message stays as it is.
pub fn text(english: &str) -> String {
    template(english).unwrap_or(english).into()
}

/// Marks a text that is looked up where it's used.
pub const fn looked_up(english: &'static str) -> &'static str {
    english
}

/// The translation of this text into this thread's language, if that isn't English.
pub fn template(english: &str) -> Option<&'static str> {
    match language() {
        Language::English => None,
        Language::Chinese => CHINESE.get(english),
    }
}

/// The text with a value in the place of each name in braces.
pub fn filled(template: &str, values: &[(&str, &dyn Display)]) -> String {
    let mut text = String::new();
    let mut rest = template;
    while let Some((before, name, after)) = rest
        .split_once('{')
        .and_then(|(before, more)| more.split_once('}').map(|(name, after)| (before, name, after)))
    {
        text += before;
        match values.iter().find(|(its, _)| *its == name) {
            Some((_, value)) => text += &value.to_string(),
            None => text += &format!("{{{name}}}"),
        }
        rest = after;
    }
    text + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_speaks_english_until_it_is_told_otherwise() {
        assert_eq!((bytes(2), template("not started")), ("2 bytes".into(), None));
        speaking(Language::Chinese, || {
            assert_eq!((bytes(2), template("not started")), ("2 字节".into(), Some("还没开始")));
            let panic = std::panic::catch_unwind(|| speaking(Language::English, || panic!()));
            assert!(panic.is_err());
            assert_eq!(language(), Language::Chinese);
            assert_eq!(std::thread::spawn(language).join().unwrap(), Language::English);
        });
        assert_eq!(bytes(2), "2 bytes");
    }

    #[test]
    fn a_value_takes_the_place_of_its_name() {
        let values: [(&str, &dyn Display); 2] = [("count", &3), ("what", &"{count}")];
        assert_eq!(
            filled("{what}：{count} 个，{}，{other}{", &values),
            "{count}：3 个，{}，{other}{"
        );
    }
}
