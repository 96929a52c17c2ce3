//! Cards: a claim gets the sign of its verdict, a box of things to do gets its label, and the card at a
//! page's end a place for the state of the chapter's exercise.

use mdbook_preprocessor::config::Config;

use super::bar;
use super::words::of_build;
use crate::source::{Card, Claim};

/// The chapter with what its cards say on the page.
pub fn complete(text: &str, config: &Config) -> String {
    let said = of_build(config);
    let mut added: Vec<(usize, String)> = Vec::new();
    for claim in Claim::all(text, config) {
        if let (Some(verdict), Some((at, _))) = (claim.verdict, claim.proof) {
            let (class, words) = (verdict.class(), said.verdict(verdict));
            added.push((at, format!("<span class=\"verdict {class}\">{words}</span> ")));
        }
    }
    for task in Card::all(text, "do", config) {
        added.push((task.opening.end, format!("<p class=\"do-label\">{}</p>", said.do_now())));
    }
    if let Some(lesson) = bar::lesson(text) {
        for next in Card::all(text, "next", config) {
            let place =
                format!("<p class=\"next-exercise\" data-exercise=\"{lesson}\" hidden></p>\n");
            added.push((next.closing.start, place));
        }
    }
    added.sort_by_key(|(at, _)| *at);
    let mut result = String::with_capacity(text.len());
    let mut copied = 0;
    for (at, words) in added {
        result += &text[copied..at];
        result += &words;
        copied = at;
    }
    result + &text[copied..]
}
