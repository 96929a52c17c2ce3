use unicode_width::UnicodeWidthStr;

use super::bytes as number;

/// How many characters of a message a report shows from each end, or on each side of a wrong byte.
const SHOWN: usize = 30;

/// More bytes than that many characters can have, so that a megabyte costs no more than a line. A part of a
/// character at each end does not count: there are enough whole ones between them.
const ENOUGH: usize = 4 * (SHOWN + 1);

/// Bytes as people can read them: their number, and the text with escapes, cut in the middle.
pub fn quote(bytes: &[u8]) -> String {
    if bytes.is_empty() {
        return super::nothing();
    }
    let count = number(bytes.len());
    if bytes.len() > 2 * ENOUGH {
        let (start, end) =
            (characters(&bytes[..ENOUGH]), characters(&bytes[bytes.len() - ENOUGH..]));
        let (start, end) = (&start[..SHOWN], &end[end.len() - SHOWN..]);
        return format!("{count} \"{}\" … \"{}\"", start.concat(), end.concat());
    }
    let all = characters(bytes);
    match all.len() {
        long if long > 2 * SHOWN => {
            let (start, end) = (&all[..SHOWN], &all[long - SHOWN..]);
            format!("{count} \"{}\" … \"{}\"", start.concat(), end.concat())
        }
        _ => format!("{count} \"{}\"", all.concat()),
    }
}

/// How much of a text a report shows at most, in characters: of one line, and of all.
const LINE: usize = 1000;
const TEXT: usize = 20_000;

/// A text of a program's or a person's, for a terminal and for a pipe: what would move the cursor, change
/// colours, or turn the direction of a line is shown as an escape. Very long lines are cut.
pub fn shown(text: &str) -> String {
    let lines = text.split('\n').map(|line| {
        let mut characters = line.chars();
        let mut shown: String = characters.by_ref().take(LINE).map(visible).collect();
        if characters.next().is_some() {
            shown += &super::report::cut_line("", line.len());
        }
        shown
    });
    let mut all = String::new();
    for line in lines {
        if all.len() > TEXT {
            all += "\n…";
            break;
        }
        if !all.is_empty() {
            all.push('\n');
        }
        all += &line;
    }
    all
}

/// The same for a text of which nothing may be cut.
pub fn harmless(text: &str) -> String {
    let visible = |it: char| if it == '\n' { it.into() } else { visible(it) };
    text.chars().map(visible).collect()
}

fn visible(character: char) -> String {
    match character {
        '\t' => character.into(),
        _ if character.is_control() || is_format(character) => {
            character.escape_default().to_string()
        }
        _ => character.into(),
    }
}

/// Whether a character has no look of its own and changes that of others: Unicode's general categories Cf, Zl
/// and Zp, and noncharacters.
fn is_format(character: char) -> bool {
    matches!(
        u32::from(character),
        0xad | 0x600..=0x605 | 0x61c | 0x6dd | 0x70f | 0x180e | 0x200b..=0x200f | 0x2028..=0x202e
            | 0x2060..=0x206f | 0xfeff | 0xfff9..=0xfffb | 0xfdd0..=0xfdef | 0xe0000..=0xe007f
    ) || u32::from(character) & 0xfffe == 0xfffe
}

/// Two texts where they part, one above the other.
pub struct Differing {
    pub expected: String,
    pub got: String,
    /// Under which column of `got` the first wrong byte is, and how many bytes are right before it. `None`
    /// where one of the two is empty.
    pub mark: Option<(usize, usize)>,
}

/// Other bytes than were expected, or too few of them: both around the place where they part. `then`: what
/// came after them, if not more bytes.
pub fn differing(expected: &[u8], got: &[u8], then: &str) -> Differing {
    let then = if then.is_empty() { String::new() } else { super::and_then(then) };
    if got.is_empty() || expected.is_empty() {
        return Differing { expected: quote(expected), got: quote(got) + &then, mark: None };
    }
    let right = expected.iter().zip(got).take_while(|(expected, got)| expected == got).count();
    let from = right.saturating_sub(ENOUGH);
    let window = |bytes: &[u8]| characters(&bytes[from..bytes.len().min(right + ENOUGH)]);
    let (wanted, came) = (window(expected), window(got));
    let same = wanted.iter().zip(&came).take_while(|(wanted, came)| wanted == came).count();
    let start = same.saturating_sub(SHOWN);
    // Where the window itself is cut, it has more characters than are shown.
    let before = if start > 0 { "… " } else { "" };
    let line = |all: &[String]| {
        let end = all.len().min(same + SHOWN);
        let after = if end < all.len() { " …" } else { "" };
        format!("{before}\"{}\"{after}", all[start..end].concat())
    };
    let (counts, count) = (number(expected.len()), number(got.len()));
    let width = counts.width().max(count.width());
    let column = width + 1 + before.width() + 1 + came[start..same].concat().width();
    Differing {
        expected: format!("{counts:>width$} {}", line(&wanted)),
        got: format!("{count:>width$} {}{then}", line(&came)),
        mark: Some((column, right)),
    }
}

/// Each character, and each byte that belongs to none, as it is shown.
fn characters(bytes: &[u8]) -> Vec<String> {
    bytes
        .utf8_chunks()
        .flat_map(|chunk| {
            let valid = chunk.valid().chars().map(|character| match character {
                '\'' => character.to_string(),
                _ => character.escape_debug().to_string(),
            });
            valid.chain(chunk.invalid().iter().map(|byte| format!("\\x{byte:02x}")))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_quoted_with_escapes_and_cut_in_the_middle() {
        assert_eq!(quote(b""), "nothing");
        assert_eq!(quote("你\n\"".as_bytes()), "5 bytes \"你\\n\\\"\"");
        assert_eq!(quote(b"a\xff"), "2 bytes \"a\\xff\"");
        // The longest characters there are have four bytes.
        for count in [61, 1000] {
            let thirty = "🦀".repeat(SHOWN);
            let expected = format!("{} bytes \"{thirty}\" … \"{thirty}\"", 4 * count);
            assert_eq!(quote("🦀".repeat(count).as_bytes()), expected);
        }
    }

    #[test]
    fn nothing_that_is_shown_can_change_the_screen() {
        let nasty = "a\x1b[2Jb\x07\u{9b}31m\u{202e}c\u{2066}\u{feff}\u{2028}\u{ffff}\rd\te";
        let expected =
            "a\\u{1b}[2Jb\\u{7}\\u{9b}31m\\u{202e}c\\u{2066}\\u{feff}\\u{2028}\\u{ffff}\\rd\te";
        assert_eq!(shown(nasty), expected);
        assert_eq!(shown(expected), expected);
        for plain in ["", "\n", "a \"b\" \\n 你é🦀\nc", "नमस्ते\n"] {
            assert_eq!(shown(plain).trim_start(), plain.trim_start());
        }
        assert!(shown(&"x".repeat(10 << 20)).len() < 2 * LINE);
        assert!(shown(&"x\n".repeat(10 << 20)).len() < 2 * TEXT);
        assert!(shown(&"\u{202e}".repeat(1 << 20)).len() < 20 * LINE);
        assert!(!quote("\u{202e}\u{9b}".as_bytes()).contains(['\u{202e}', '\u{9b}']));
    }

    #[test]
    fn the_mark_is_under_the_first_wrong_character() {
        for at in [0, 1, SHOWN, 2 * SHOWN, 99_999] {
            let expected = "你".repeat(100_000);
            let wrong = format!("{}好{}", "你".repeat(at), "你".repeat(50_000));
            let Differing { got, mark, .. } = differing(expected.as_bytes(), wrong.as_bytes(), "");
            let before: String = got.chars().take_while(|&c| c != '好').collect();
            assert_eq!(mark, Some((before.width(), 3 * at)), "{got}");
            assert!(got.chars().count() < 3 * SHOWN, "{got}");
        }
        let cut = differing("你好".as_bytes(), b"\xe4\xbd\xa0\xe5", "the end");
        assert_eq!(cut.got, r#"4 bytes "你\xe5", then: the end"#);
        assert_eq!(cut.mark, Some((11, 4)));
        assert_eq!(differing(b"x", b"", "a reset").got, "nothing, then: a reset");
    }
}
