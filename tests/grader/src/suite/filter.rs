//! The word after `cargo test -p lesson02`: which tests it means, and what to say when it means none.

use std::fs;

use crate::machine::workspace;
use crate::words::suite as words;

/// Words that name tests in some lesson, though perhaps not in this one.
const KINDS: [&str; 9] =
    ["exercise", "solution", "starter", "lesson", "wrong", "rejected", "report", "fact", "robust"];

/// The same word where `SUBJECT` takes the place of the exercise: `exercise`, `exercise02` and
/// `exercise02::waits` are what the reader is used to.
pub(crate) fn of_subject(word: &str, lesson: &str) -> Option<String> {
    let exercise = lesson.replace("lesson", "exercise");
    if format!("{exercise}::").contains(word) {
        return None;
    }
    Some(word.strip_prefix(&format!("{exercise}::")).unwrap_or(word).to_owned())
}

/// What to say of a word that matches none of these tests. `None`: it means tests of another lesson, since
/// `cargo test WORD` gives the word to every suite.
pub(crate) fn matches_nothing(word: &str, lesson: &str, tests: &[&str]) -> Option<String> {
    if KINDS.contains(&word.trim_end_matches(':')) || is_elsewhere(word, lesson) {
        return None;
    }
    Some(words::no_test_matches(lesson, word, nearest(word, tests).as_deref()))
}

/// Whether another lesson has tests that match.
fn is_elsewhere(word: &str, lesson: &str) -> bool {
    let checks = workspace().join("book/chapters/checks");
    let entries = fs::read_dir(checks).into_iter().flatten().flatten();
    entries.filter(|entry| !entry.file_name().to_string_lossy().starts_with(lesson)).any(|entry| {
        let other = entry.file_name().to_string_lossy().replace(".html", "");
        let kinds = ["lesson", "exercise", "solution"];
        let mut names = kinds.iter().map(|kind| other.replace("lesson", kind));
        let list = fs::read_to_string(entry.path()).unwrap_or_default();
        names.any(|name| word == name || word.starts_with(&format!("{name}::")))
            || list
                .split("data-check=\"")
                .skip(1)
                .any(|check| check.split('"').next().is_some_and(|check| check.contains(word)))
    })
}

/// The name, or the part of a name, that is most like the word.
pub(crate) fn nearest(word: &str, tests: &[&str]) -> Option<String> {
    let word = word.trim_end_matches(':');
    let parts = tests.iter().flat_map(|test| test.split("::").chain([*test]));
    let near = parts.map(|part| (distance(word, part), part)).min_by_key(|(distance, _)| *distance);
    near.filter(|(distance, _)| *distance <= 1 + word.len() / 3).map(|(_, part)| part.to_owned())
}

/// How many characters must be put in, taken out or changed to make one of the other (Levenshtein).
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (line, from) in one.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], line + 1);
        for (column, to) in other.iter().enumerate() {
            let change = diagonal + usize::from(from != *to);
            diagonal = row[column + 1];
            row[column + 1] = change.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::{distance, matches_nothing, of_subject};

    const TESTS: [&str; 3] =
        ["lesson02::suite_is_whole", "exercise02::survives_a_reset", "wrong::answers_nothing"];

    #[test]
    fn the_nearest_name_is_suggested() {
        let says = |word: &str| matches_nothing(word, "lesson02", &TESTS).unwrap_or_default();
        assert!(says("exercise2").contains("`exercise02`"), "{}", says("exercise2"));
        assert!(says("survives_reset").contains("`survives_a_reset`"));
        assert!(says("xyzzy").contains("`xyzzy`") && !says("xyzzy").contains("mean"));
    }

    #[test]
    fn a_word_for_another_lesson_is_no_mistake() {
        for word in ["exercise04", "lesson00", "exercise05::ends", "wrong", "report"] {
            assert_eq!(matches_nothing(word, "lesson02", &TESTS[..2]), None, "{word}");
        }
    }

    #[test]
    fn a_subject_takes_the_place_of_the_exercise() {
        let of = |word| of_subject(word, "lesson02");
        assert_eq!((of("exercise"), of("exercise02"), of("exercise02::")), (None, None, None));
        assert_eq!(of("exercise02::waits").as_deref(), Some("waits"));
        assert_eq!(of("waits").as_deref(), Some("waits"));
    }

    #[test]
    fn a_distance_counts_characters() {
        assert_eq!(distance("exercise2", "exercise02"), 1);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("kitten", "sitting"), 3);
    }
}
