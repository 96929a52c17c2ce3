//! Two texts, line by line: the first lines that differ, with what is around them.

/// How many equal lines are shown before and after.
const CONTEXT: usize = 3;

/// How many lines are shown of each text where they differ.
const SHOWN: usize = 20;

/// The lines of `expected` that are not in `got` with `-`, and the reverse with `+`. `None`: they are equal.
pub(super) fn difference(expected: &str, got: &str) -> Option<String> {
    if expected == got {
        return None;
    }
    let lines = |text: &str| text.split('\n').map(String::from).collect::<Vec<_>>();
    let (old, new) = (lines(expected), lines(got));
    let same = |pairs: &mut dyn Iterator<Item = (&String, &String)>| {
        pairs.take_while(|(one, other)| one == other).count()
    };
    let before = same(&mut old.iter().zip(&new));
    let most = old.len().min(new.len()) - before;
    let after = same(&mut old.iter().rev().zip(new.iter().rev())).min(most);
    let (old_end, new_end) = (old.len() - after, new.len() - after);
    let mut shown = vec![format!("@@ {} @@", before + 1)];
    let mut show = |sign: char, lines: &[String]| {
        shown.extend(lines.iter().take(SHOWN).map(|line| format!("{sign} {line}")));
        if let Some(more @ 1..) = lines.len().checked_sub(SHOWN) {
            shown.push(format!("{sign} … {more} …"));
        }
    };
    show(' ', &old[before.saturating_sub(CONTEXT)..before]);
    show('-', &old[before..old_end]);
    show('+', &new[before..new_end]);
    show(' ', &old[old_end..old.len().min(old_end + CONTEXT)]);
    Some(shown.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::difference;

    #[test]
    fn only_equal_texts_do_not_differ() {
        assert_eq!(difference("a\nb\n", "a\nb\n"), None);
        let of = |expected, got| difference(expected, got).expect("a difference");
        assert_eq!(of("a\nb\nc\n", "a\nx\nc\n"), "@@ 2 @@\n  a\n- b\n+ x\n  c\n  ");
        assert_eq!(of("a\na\n", "a\n"), "@@ 2 @@\n  a\n- a\n  ");
        assert_eq!(of("a", "a\n"), "@@ 2 @@\n  a\n+ ");
        assert_eq!(of("", "a"), "@@ 1 @@\n- \n+ a");
    }
}
