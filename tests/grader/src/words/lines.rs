//! Lines that are no wider than a terminal, in which a Han character has two columns.

use textwrap::core::Word;
use textwrap::{Options, WordSeparator};

/// What a line doesn't begin with, and what it doesn't end with.
const NOT_FIRST: &str = "，。、；：？！”’）》…";
const NOT_LAST: &str = "“‘（《";

/// A sentence that begins in this column, and goes on in it.
pub(crate) fn wrapped(sentence: &str, column: usize, width: usize) -> String {
    let separator = WordSeparator::Custom(|line| Box::new(words(line).into_iter()));
    let options = Options::new(width - column).break_words(false).word_separator(separator);
    textwrap::wrap(sentence, options).join(&format!("\n{}", " ".repeat(column)))
}

/// What stays together: words have blanks between them, and Chinese has none, so that a line can end on each side
/// of a Han character, but for what belongs to the one before or behind it.
fn words(line: &str) -> Vec<Word<'_>> {
    let mut words = Vec::new();
    let (mut start, mut before) = (0, ' ');
    for (at, character) in line.char_indices() {
        let is_break = match (before, character) {
            (' ', ' ') => false,
            (' ', _) => at > 0,
            (_, ' ') => false,
            _ if NOT_FIRST.contains(character) || NOT_LAST.contains(before) => false,
            _ => is_wide(before) || is_wide(character),
        };
        if is_break {
            words.push(Word::from(&line[start..at]));
            start = at;
        }
        before = character;
    }
    words.push(Word::from(&line[start..]));
    words
}

/// Whether a character is one of Chinese: a Han character, or full-width punctuation.
fn is_wide(character: char) -> bool {
    is_han(character)
        || NOT_FIRST.contains(character) && !"”’…".contains(character)
        || "（《".contains(character)
}

fn is_han(character: char) -> bool {
    matches!(u32::from(character), 0x3400..=0x4dbf | 0x4e00..=0x9fff | 0xf900..=0xfaff | 0x2_0000..=0x3_ffff)
}

#[cfg(test)]
mod tests {
    use unicode_width::UnicodeWidthStr;

    use super::*;

    #[test]
    fn chinese_is_wrapped_between_its_characters() {
        let sentence = "客户端发了请求，服务器却什么也没回复（连接还开着）：你的程序在 `read` 里等着 127.0.0.1:9090 发来的“流结束”。";
        for width in 20..60 {
            let text = wrapped(sentence, 4, width);
            let joined: String = text.split_whitespace().collect();
            assert_eq!(joined, sentence.split_whitespace().collect::<String>());
            for line in text.lines() {
                let line = line.trim_start();
                assert!(!line.starts_with(|it| NOT_FIRST.contains(it)), "{width}: {text}");
                assert!(!line.ends_with(|it| NOT_LAST.contains(it)), "{width}: {text}");
                assert!(line.width() <= width - 4 || line.starts_with("127"), "{width}: {text}");
            }
            assert!(width > 25 || text.lines().count() >= sentence.width() / width, "{text}");
        }
    }

    #[test]
    fn english_is_wrapped_at_its_blanks() {
        let sentence = "it says  \"你好吗\", then: the end of the stream (read returns 0)";
        assert_eq!(wrapped("one two three", 2, 10), "one two\n  three");
        let options = Options::new(30).break_words(false);
        let usual = textwrap::wrap(&sentence[20..], options.clone()).join("\n");
        assert_eq!(wrapped(&sentence[20..], 0, 30), usual);
    }
}
