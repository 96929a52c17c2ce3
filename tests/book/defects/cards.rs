//! Claims, diffs and the cards that lead on, which are refused.

use harness::Trial;
use predicates::prelude::*;
use predicates::str::contains;

use crate::support::{CLAIM, NEXT, SECOND, SmallBook, test, trials, with_verdicts};

pub fn trials() -> Vec<Trial> {
    let mut trials = trials![
        a_claim_is_made_once_in_a_section,
        a_lesson_leads_on,
        a_page_that_is_no_lesson_need_not_lead_on,
    ];
    trials.extend(CARD_DEFECTS.iter().map(|&(name, good, bad, expected)| {
        test(&format!("refused::{name}"), move || a_card_is_refused(good, bad, expected))
    }));
    trials.extend(DIFF_DEFECTS.iter().map(|&(name, text, expected)| {
        test(&format!("refused::{name}"), move || a_diff_is_refused(text, expected))
    }));
    trials
}

/// A name, a piece of a claim or of a card that leads on, what replaces it, and what the server must say.
const CARD_DEFECTS: &[(&str, &str, &str, &str)] = &[
    (
        "claim_without_a_verdict",
        "claim wrong",
        "claim false",
        "5: claim: its class is one of wrong, right-but, right and missing",
    ),
    (
        "claim_with_two_verdicts",
        "claim wrong",
        "claim wrong right",
        "5: claim: its class is one of wrong, right-but, right and missing",
    ),
    (
        "claim_without_a_proof",
        "[proof](verdicts.md#S1)",
        "[proof](index.md)",
        "5: claim: no link to its verdict, verdicts.md#ROW",
    ),
    (
        "claim_with_the_verdict_of_another_row",
        "#S1",
        "#S2",
        "5: claim: wrong, and the verdict of S2 is right-but",
    ),
    (
        "claim_of_no_row",
        "#S1",
        "#S3",
        "7: link to verdicts.md#S3: no heading or id `S3` on that page",
    ),
    ("next_without_a_page", "[First](index.md)", "First", "11: next: no link to a page"),
    ("next_before_the_end", "</div>\n", "</div>\n\nMore.\n", "11: next: something comes after it"),
    (
        "two_that_lead_on",
        "<div class=\"claim wrong\">",
        "<div class=\"next\">\n\n</div>\n\n<div class=\"claim wrong\">",
        "5: next: a page leads on once, at its end",
    ),
];

fn a_card_is_refused(good: &str, bad: &str, expected: &str) {
    let book = SmallBook::new();
    with_verdicts(&book);
    let text = format!("# Second words\n\n[First](index.md)\n\n{CLAIM}\n{NEXT}");
    // The last one: the end of a claim is that of a box, too.
    let at = text[33..].rfind(good).expect("what is replaced") + 33;
    let text = format!("{}{bad}{}", &text[..at], &text[at + good.len()..]);
    book.write(SECOND, &text);
    book.build().code(1).stderr(contains(format!("book/chapters/second.md:{expected}\n")));
    assert!(!book.site().exists(), "a broken book was written");
}

fn a_claim_is_made_once_in_a_section() {
    let book = SmallBook::new();
    with_verdicts(&book);
    book.append(SECOND, &format!("{CLAIM}\n### Next\n\n{CLAIM}"));
    book.build().success();
    book.append(SECOND, CLAIM);
    let expected = "second.md:18: claim: the second one in its section\n";
    book.build().code(1).stderr(contains(expected));
}

const LESSONS: &str = "# Summary\n\n[First](README.md)\n\n# The lessons\n\n- [Second](second.md)\n";

fn a_lesson_leads_on() {
    let book = SmallBook::new();
    book.write("book/chapters/SUMMARY.md", LESSONS);
    let expected = "second.md:9: ends without a card that leads on, <div class=\"next\">\n";
    book.build().code(1).stderr(contains(expected));
    book.write(SECOND, &format!("# Second words\n\n{NEXT}"));
    book.build().success().stderr("");
}

fn a_page_that_is_no_lesson_need_not_lead_on() {
    let book = SmallBook::new();
    book.write("book/chapters/third.md", "# Third\n");
    let parts = format!("{LESSONS}\n# More\n\n- [Third](third.md)\n");
    book.write("book/chapters/SUMMARY.md", &parts);
    book.write(SECOND, &format!("# Second words\n\n{NEXT}"));
    book.build().success().stderr("");
}

const ALONE: &str = "diff: it names two files, and is alone in a fenced block ```diff";

/// A name, a block, and what the server must say about it.
const DIFF_DEFECTS: &[(&str, &str, &str)] = &[
    (
        "diff_of_a_missing_file",
        "```diff\n{{#diff ../../lessons/one/main.rs:socket ../../lessons/one/nope.rs:socket}}\n```",
        "6: include of ../../lessons/one/nope.rs: no such file",
    ),
    (
        "diff_of_a_missing_anchor",
        "```diff\n{{#diff ../../lessons/one/main.rs:nope ../../lessons/one/main.rs:socket}}\n```",
        "6: include of ../../lessons/one/main.rs: no line with ANCHOR: nope in it",
    ),
    (
        "diff_from_outside_the_workspace",
        "```diff\n{{#diff ../../lessons/one/main.rs ../../../secret.txt}}\n```",
        "6: include of ../../../secret.txt: leads out of the workspace",
    ),
    ("diff_of_one_file", "```diff\n{{#diff ../../lessons/one/main.rs}}\n```", ALONE),
    (
        "diff_of_three_files",
        "```diff\n{{#diff second.md ../../lessons/one/main.rs index.md}}\n```",
        ALONE,
    ),
    ("diff_in_a_paragraph", "{{#diff second.md ../../lessons/one/main.rs}}", ALONE),
    (
        "diff_with_company",
        "```diff\n{{#diff second.md ../../lessons/one/main.rs}}\n+ more\n```",
        ALONE,
    ),
    (
        "diff_of_what_does_not_differ",
        "```diff\n{{#diff ../../lessons/one/main.rs:socket ../../lessons/one/main.rs:3:3}}\n```",
        "5: diff: the two do not differ",
    ),
];

fn a_diff_is_refused(text: &str, expected: &str) {
    let book = SmallBook::new();
    book.append(SECOND, text);
    let at = contains("book/chapters/second.md:").and(contains(format!("{expected}\n")));
    book.build().code(1).stderr(at);
    assert!(!book.site().exists(), "a broken book was written");
}
