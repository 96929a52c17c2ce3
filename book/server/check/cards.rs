//! What the cards of a page must have: a claim its verdict, and a lesson the card that leads on.

use std::collections::HashMap;
use std::path::Path;

use mdbook_markdown::pulldown_cmark::{Event, Tag};
use mdbook_preprocessor::config::Config;

use crate::source::{Card, Claim, Verdict, html};

/// What is wrong with the claims of a chapter, each with its place.
pub fn claims(
    text: &str,
    verdicts: &HashMap<String, Verdict>,
    config: &Config,
) -> Vec<(usize, String)> {
    let mut wrong = Vec::new();
    let mut last = None;
    for claim in Claim::all(text, config) {
        let mut defect = |what: String| wrong.push((claim.card.opening.start, what));
        match (claim.verdict, &claim.proof) {
            (None, _) => {
                defect("claim: its class is one of wrong, right-but, right and missing".to_owned())
            }
            (_, None) => defect("claim: no link to its verdict, verdicts.md#ROW".to_owned()),
            (Some(said), Some((_, row))) => match verdicts.get(row) {
                Some(verdict) if *verdict != said => {
                    let (said, verdict) = (said.class(), verdict.class());
                    defect(format!("claim: {said}, and the verdict of {row} is {verdict}"));
                }
                _ => {}
            },
        }
        if last.replace(claim.section) == Some(claim.section) {
            defect("claim: the second one in its section".to_owned());
        }
    }
    wrong
}

/// What is wrong with the card at the end of a page, if it has one. A page of a lesson must have one.
pub fn next(text: &str, is_lesson: bool, config: &Config) -> Vec<(usize, String)> {
    let cards = Card::all(text, "next", config);
    let Some((last, others)) = cards.split_last() else {
        let end = text.trim_end().len();
        let what = "ends without a card that leads on, <div class=\"next\">".to_owned();
        return if is_lesson { vec![(end, what)] } else { Vec::new() };
    };
    let mut wrong: Vec<(usize, String)> = others
        .iter()
        .map(|card| (card.opening.start, "next: a page leads on once, at its end".to_owned()))
        .collect();
    let start = last.opening.start;
    if !text[last.closing.end..].trim().is_empty() {
        wrong.push((start, "next: something comes after it".to_owned()));
    }
    let links = |(event, span): (Event<'_>, std::ops::Range<usize>)| {
        matches!(event, Event::Start(Tag::Link { dest_url, .. }) if dest_url.contains(".md"))
            && last.span().contains(&span.start)
    };
    if !html::parser(text, config).into_offset_iter().any(links) {
        wrong.push((start, "next: no link to a page".to_owned()));
    }
    wrong
}

/// Whether a chapter is a lesson's page that has been written anew.
pub fn leads_on(chapter: &Path, text: &str, lessons: &[std::path::PathBuf]) -> bool {
    lessons.iter().any(|lesson| lesson == chapter) && !has_old_bar(text)
}

fn has_old_bar(text: &str) -> bool {
    let bar = text.lines().find(|line| line.starts_with("<p class=\"lesson-bar\">"));
    bar.is_some_and(|bar| bar.contains('·') || !bar.contains("<p class=\"lesson-bar\"><strong>"))
}
