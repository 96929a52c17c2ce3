//! The two outputs of a program, neither of which can make it panic.

use std::borrow::Cow;
use std::fmt;
use std::io::{self, IsTerminal, Write};

use crate::error::{Explain, Failure};

// ANCHOR: say
/// Prints a line, like `println!`, except that a closed or full standard output is an
/// error to handle.
#[macro_export]
macro_rules! say {
    ($($words:tt)*) => { $crate::say(format_args!($($words)*)) };
}

/// Writes a line to standard output.
///
/// Rust's stdout flushes at every end of line, also into a pipe: a program that waits for
/// a line such as `listening on …` has it right away.
pub fn say(line: fmt::Arguments<'_>) -> Result<(), Failure> {
    writeln!(io::stdout(), "{line}").explain("cannot write to standard output")
}
// ANCHOR_END: say

/// Writes a failure to standard error. If that is closed as well, there's nothing left to
/// tell it to.
pub fn complain(failure: &Failure) {
    let _ = writeln!(io::stderr(), "{failure}");
}

/// A text of a stranger's, as standard output may have it: the same in a file or a pipe;
/// on a terminal, with its control characters escaped.
///
/// A terminal obeys them (ECMA-48): such a text could clear the screen, or write over what
/// is on it.
pub fn for_output(text: &str) -> Cow<'_, str> {
    match io::stdout().is_terminal() {
        true => without_orders(text),
        false => text.into(),
    }
}

fn without_orders(text: &str) -> Cow<'_, str> {
    if !text.contains(is_order) {
        return text.into();
    }
    let escaped = text.chars().map(|one| match is_order(one) {
        true => one.escape_default().to_string(),
        false => one.to_string(),
    });
    escaped.collect::<String>().into()
}

/// Whether a terminal does more than to show it: a control character, or one that turns
/// the direction of what follows (Unicode Standard Annex #9, section 2).
fn is_order(character: char) -> bool {
    let turns = matches!(character,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    turns || (character.is_control() && !matches!(character, '\n' | '\t'))
}

#[cfg(test)]
mod tests {
    use super::without_orders;

    #[test]
    fn no_order_reaches_a_terminal() {
        for (text, shown) in [
            ("\u{1b}[2J", "\\u{1b}[2J"),
            ("\u{1b}]0;title\u{7}", "\\u{1b}]0;title\\u{7}"),
            ("over\rwritten", "over\\rwritten"),
            ("\u{9b}2J", "\\u{9b}2J"),
            ("\u{202e}txt.exe", "\\u{202e}txt.exe"),
            ("\u{0}\u{7f}", "\\u{0}\\u{7f}"),
        ] {
            assert_eq!(without_orders(text), shown);
        }
    }

    #[test]
    fn words_are_left_alone() {
        for text in ["你好,我是服务端", "two\n\tlines\n", "\\u{1b}", "\u{feff}é👋🏽", ""]
        {
            assert_eq!(without_orders(text), text);
        }
    }
}
