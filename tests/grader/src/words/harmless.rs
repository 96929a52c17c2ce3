use std::borrow::Cow;

/// Text that others have written, for a terminal or a file of XML: characters that a terminal obeys, that
/// turn the direction of text, that no eye sees or that no text may hold become escapes such as `\u{1b}`.
/// Ends of lines and tabs stay.
pub fn harmless(text: &str) -> Cow<'_, str> {
    if text.chars().all(is_harmless) {
        return text.into();
    }
    let escaped = |character: char| match is_harmless(character) {
        true => character.to_string(),
        false => format!("\\u{{{:x}}}", u32::from(character)),
    };
    text.chars().map(escaped).collect::<String>().into()
}

fn is_harmless(character: char) -> bool {
    match character {
        '\n' | '\t' => true,
        // C0, DEL and C1 (ECMA-48).
        _ if character.is_control() => false,
        // Format characters: zero widths, the bidirectional ones, marks of order, tags.
        '\u{ad}'
        | '\u{61c}'
        | '\u{180e}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}' => false,
        // No characters: U+FDD0 to U+FDEF, and the last two of each plane. XML forbids U+FFFE and U+FFFF.
        '\u{fdd0}'..='\u{fdef}' => false,
        _ => u32::from(character) & 0xfffe != 0xfffe,
    }
}

#[cfg(test)]
mod tests {
    use super::harmless;

    #[test]
    fn what_a_terminal_obeys_is_escaped() {
        let text = "a\tb\n你好 é 🦀 \\x1b";
        assert_eq!(harmless(text), text);
        for (nasty, escaped) in [
            ("\x1b[2J", "\\u{1b}[2J"),
            ("a\rb", "a\\u{d}b"),
            ("\u{9b}31m", "\\u{9b}31m"),
            ("\x7f\0", "\\u{7f}\\u{0}"),
            ("\u{202e}abc", "\\u{202e}abc"),
            ("\u{fffe}\u{1ffff}", "\\u{fffe}\\u{1ffff}"),
            ("\u{feff}\u{200b}", "\\u{feff}\\u{200b}"),
        ] {
            assert_eq!(harmless(nasty), escaped);
        }
    }
}
