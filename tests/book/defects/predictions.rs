//! Predictions that are refused.

use harness::Trial;
use predicates::str::contains;

use crate::support::{PREDICTION, SECOND, SmallBook, test, trials, with_a_suite};

pub fn trials() -> Vec<Trial> {
    let mut trials = trials![a_prediction_is_refused_twice,];
    trials.extend(PREDICTION_DEFECTS.iter().map(|&(name, good, bad, expected)| {
        test(&format!("refused::{name}"), move || a_prediction_is_refused(good, bad, expected))
    }));
    trials
}

/// A name, a piece of the prediction, what replaces it, and what the server must say about it.
const PREDICTION_DEFECTS: &[(&str, &str, &str, &str)] = &[
    ("prediction_without_options", "- [", "x [", "5: a prediction with 0 options, not 3 or 4"),
    (
        "prediction_with_two_options",
        "- [ ] Snow\n\n  In July?",
        "",
        "5: a prediction with 2 options, not 3 or 4",
    ),
    (
        "prediction_with_two_right_options",
        "[ ] Snow",
        "[x] Snow",
        "5: 2 options are right, not one",
    ),
    ("prediction_without_a_right_option", "[x]", "[ ]", "5: 0 options are right, not one"),
    ("option_without_a_mark", "[ ] Snow", "Snow", "23: an option begins with [ ] or [x]"),
    (
        "option_without_an_explanation",
        "  In July?",
        "",
        "23: the option is not explained, in a paragraph of its own",
    ),
    (
        "option_with_code_in_place_of_an_explanation",
        "  In July?",
        "  ```text\n  x\n  ```",
        "23: the option is not explained, in a paragraph of its own",
    ),
    (
        "explanation_that_takes_its_sign_back",
        "It looks so.",
        "No. It looks so.",
        "9: an explanation begins with \"No\", not with the idea",
    ),
    (
        "prediction_that_nothing_shows",
        "Shown by",
        "See",
        "5: no \"Shown by `NAME`\" at the right option",
    ),
    (
        "prediction_shown_by_a_missing_check",
        "`opens_a_socket`",
        "`opens_two`",
        "5: shown by opens_two: no recording, and no check of the suite",
    ),
    (
        "prediction_shown_by_a_missing_recording",
        "`rain`",
        "`hail`",
        "5: shown by hail: no recording, and no check of the suite",
    ),
];

/// Its id on the page is what shows it.
fn a_prediction_is_refused_twice() {
    let book = SmallBook::new();
    with_a_suite(&book);
    book.append(SECOND, &format!("{PREDICTION}\n{PREDICTION}"));
    let expected = "second.md:31: shown by opens_a_socket: as an earlier prediction is\n";
    book.build().code(1).stderr(contains(expected));
}

fn a_prediction_is_refused(good: &str, bad: &str, expected: &str) {
    let book = SmallBook::new();
    with_a_suite(&book);
    assert!(PREDICTION.contains(good));
    book.append(SECOND, &PREDICTION.replace(good, bad));
    book.build().code(1).stderr(contains(format!("book/chapters/second.md:{expected}\n")));
    assert!(!book.site().exists(), "a broken book was written");
}
