use unicode_width::UnicodeWidthStr;

use crate::check::{Broken, Caret};

/// How many characters of a message a report shows from each end, or on each side of a wrong byte.
const SHOWN: usize = 30;

/// More bytes than that many characters can have, so that a megabyte costs no more than a line. A part of a
/// character at each end does not count: there are enough whole ones between them.
const ENOUGH: usize = 4 * (SHOWN + 1);

/// Bytes as people can read them: their number, and the text with escapes, cut in the middle.
pub fn show(bytes: &[u8]) -> String {
    if bytes.is_empty() {
        return "nothing".into();
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

/// Other bytes than were expected, or too few of them: both around the place where they part, one
/// above the other. `then`: what came after them, if not more bytes.
pub(crate) fn different(expected: &[u8], got: &[u8], then: &str) -> Broken {
    let then = if then.is_empty() { String::new() } else { format!(", then: {then}") };
    if got.is_empty() || expected.is_empty() {
        return Broken::new(show(expected), show(got) + &then);
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
    let right = if right == 1 { "1 byte".into() } else { format!("{right} bytes") };
    Broken {
        caret: Some(Caret { column, says: format!("right so far: {right}") }),
        ..Broken::new(
            format!("{counts:>width$} {}", line(&wanted)),
            format!("{count:>width$} {}{then}", line(&came)),
        )
    }
}

fn number(bytes: usize) -> String {
    format!("{bytes} byte{}", if bytes == 1 { "" } else { "s" })
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
    fn bytes_are_shown_with_escapes_and_cut_in_the_middle() {
        assert_eq!(show(b""), "nothing");
        assert_eq!(show(b"x"), "1 byte \"x\"");
        assert_eq!(show("你\n\"".as_bytes()), "5 bytes \"你\\n\\\"\"");
        assert_eq!(show(b"a\xff"), "2 bytes \"a\\xff\"");
        for count in [100, 1000, 100_000] {
            let thirty = "你".repeat(SHOWN);
            let expected = format!("{} bytes \"{thirty}\" … \"{thirty}\"", 3 * count);
            assert_eq!(show("你".repeat(count).as_bytes()), expected);
        }
    }

    #[test]
    fn what_has_sixty_characters_is_shown_whole() {
        assert_eq!(show(b"it's"), "4 bytes \"it's\"");
        let digits = |count: usize| "0123456789".chars().cycle().take(count).collect::<String>();
        assert_eq!(show(digits(60).as_bytes()), format!("60 bytes \"{}\"", digits(60)));
        let cut = format!("61 bytes \"{}\" … \"{}\"", digits(30), &digits(61)[31..]);
        assert_eq!(show(digits(61).as_bytes()), cut);
        // The longest characters there are have four bytes.
        let crabs = |count| "🦀".repeat(count);
        assert_eq!(show(crabs(60).as_bytes()), format!("240 bytes \"{}\"", crabs(60)));
        let cut = format!("4000 bytes \"{0}\" … \"{0}\"", crabs(30));
        assert_eq!(show(crabs(1000).as_bytes()), cut);
    }

    #[test]
    fn thirty_characters_are_shown_on_each_side_of_the_wrong_one() {
        let line = |before: usize, wrong: &str, after: usize| {
            [&"a".repeat(before), wrong, &"z".repeat(after)].concat().into_bytes()
        };
        let [a, z] = ["a".repeat(30), "z".repeat(29)];
        for (before, left) in [(30, ""), (31, "… "), (1000, "… ")] {
            for (after, right) in [(29, ""), (30, " …"), (1000, " …")] {
                let count = before + 1 + after;
                assert_eq!(
                    lines(&line(before, "b", after), &line(before, "c", after), "")[..2],
                    ["b", "c"].map(|wrong| format!("{count} bytes {left}\"{a}{wrong}{z}\"{right}"))
                );
            }
        }
    }

    #[test]
    fn thirty_whole_characters_are_shown_before_a_part_of_one() {
        let crabs = "🦀".repeat(1000).into_bytes();
        for (bytes, part) in [(1, "\\xf0"), (2, "\\xf0\\x9f"), (3, "\\xf0\\x9f\\xa6")] {
            let got = [&crabs[..2000 + bytes], b"x"].concat();
            let [expected, got, _] = lines(&crabs, &got, "");
            let thirty = "🦀".repeat(30);
            assert_eq!(expected, format!("4000 bytes … \"{thirty}{thirty}\" …"));
            assert_eq!(got, format!("{} bytes … \"{thirty}{part}x\"", 2001 + bytes));
        }
    }

    /// The two lines, and the one with the caret below them.
    fn lines(expected: &[u8], got: &[u8], then: &str) -> [String; 3] {
        let Broken { expected, got, caret } = different(expected, got, then);
        let caret = caret.map(|caret| format!("{}^ {}", " ".repeat(caret.column), caret.says));
        [expected, got, caret.unwrap_or_default()]
    }

    #[test]
    fn a_caret_points_at_the_first_wrong_byte() {
        assert_eq!(
            lines(b"hello\n", b"help", ""),
            [r#"6 bytes "hello\n""#, r#"4 bytes "help""#, r#"            ^ right so far: 3 bytes"#]
        );
        // Each of these characters takes two columns, and the last one is cut.
        assert_eq!(
            lines("你好".as_bytes(), b"\xe4\xbd\xa0\xe5", "the end of the stream"),
            [
                r#"6 bytes "你好""#,
                r#"4 bytes "你\xe5", then: the end of the stream"#,
                r#"           ^ right so far: 4 bytes"#
            ]
        );
        assert_eq!(lines(b"x", b"", "a reset"), ["1 byte \"x\"", "nothing, then: a reset", ""]);
        assert_eq!(
            lines(b"0123456789", b"0", ""),
            [r#"10 bytes "0123456789""#, r#"  1 byte "0""#, r#"           ^ right so far: 1 byte"#]
        );
    }

    #[test]
    fn the_caret_is_under_the_wrong_character_wherever_it_is() {
        for at in [0, 1, SHOWN, 2 * SHOWN, 1000, 99_999] {
            let expected = "你".repeat(100_000);
            let wrong = format!("{}好{}", "你".repeat(at), "你".repeat(50_000));
            let Broken { got, caret, .. } = different(expected.as_bytes(), wrong.as_bytes(), "");
            let caret = caret.expect("they differ");
            let before: String = got.chars().take_while(|&c| c != '好').collect();
            assert_eq!(before.width(), caret.column, "{got}");
            assert!(got.chars().count() < 3 * SHOWN, "{got}");
        }
    }
}
