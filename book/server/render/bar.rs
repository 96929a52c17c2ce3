//! The bar at a chapter's head: its lesson, how to run its program, how long the chapter takes, which is
//! computed from its text so that it stays true, and a way to the exercise.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use mdbook_markdown::pulldown_cmark::{Event, Tag, TagEnd};
use mdbook_preprocessor::book::Book;
use mdbook_preprocessor::config::Config;
use regex::{Captures, Regex};

use super::words::of_build;
use crate::source::{Prediction, html};

/// A slow reader's words a minute: many of them are new.
const WORDS: usize = 200;

/// To predict, to run, and to compare.
const EXPERIMENT: usize = 2;

const BAR: &str = "<p class=\"lesson-bar\">";

/// The chapter, which takes so many minutes, with its bar as chips, if it has a bar.
pub fn chips(text: &str, minutes: usize, config: &Config) -> String {
    let Some(start) = text.find(BAR) else {
        return text.to_owned();
    };
    let words = start + BAR.len();
    let Some(end) = text[words..].find("</p>").map(|end| words + end) else {
        return text.to_owned();
    };
    let said = of_build(config);
    let time = said.minutes(minutes);
    let mut chips = pieces(&text[words..end]);
    chips.insert(chips.len().min(1), &time);
    let mut bar = String::new();
    for chip in chips {
        bar += &format!("<span class=\"chip\">{chip}</span> ");
    }
    if let Some(lesson) = exercise(text)
        && html::ids(text, config).contains("exercise")
    {
        bar += &format!(
            "<a class=\"chip\" href=\"#exercise\" data-exercise=\"{lesson}\">{}</a>",
            said.your_exercise()
        );
    }
    format!("{}{}{}", &text[..words], bar.trim_end(), &text[end..])
}

/// The chapter with a line above its title that says where it is, if the list of chapters gives it a number.
pub fn kicker(text: &str, listed: &str, config: &Config) -> String {
    let number = listed.split(' ').next().unwrap_or_default();
    let is_number = number.split('.').all(|part| part.parse::<u8>().is_ok());
    match is_number && text.trim_start().starts_with("# ") {
        true => {
            format!("<p class=\"kicker\">{}</p>\n\n{text}", of_build(config).chapter(number))
        }
        false => text.to_owned(),
    }
}

/// The lesson that a chapter belongs to: the one whose exercise it has, or the one that its bar runs.
pub fn lesson(text: &str) -> Option<&str> {
    static RUN: LazyLock<Regex> =
        LazyLock::new(|| Regex::new("-p (lesson[0-9]+)").expect("a valid pattern"));
    let bar = || {
        let bar = text.split_once(BAR)?.1.split("</p>").next()?;
        Some(RUN.captures(bar)?.get(1)?.as_str())
    };
    exercise(text).or_else(bar)
}

/// The lesson whose exercise a chapter has.
fn exercise(text: &str) -> Option<&str> {
    static CHECKS: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"\{\{#include checks/(lesson[0-9]+)\.html").expect("a valid pattern")
    });
    Some(CHECKS.captures(text)?.get(1)?.as_str())
}

/// The elements in a bar, and the words between them.
fn pieces(bar: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let (mut depth, mut start) = (0usize, 0);
    for tag in html::tags(bar) {
        if tag.opens() {
            if depth == 0 {
                pieces.push(&bar[start..tag.span.start]);
                start = tag.span.start;
            }
            depth += 1;
        } else if tag.is_end {
            depth = depth.saturating_sub(1);
            if depth == 0 {
                pieces.push(&bar[start..tag.span.end]);
                start = tag.span.end;
            }
        }
    }
    pieces.push(&bar[start..]);
    pieces.into_iter().map(str::trim).filter(|piece| !piece.is_empty()).collect()
}

/// The minutes of each chapter, by its file.
pub fn all_minutes(book: &Book, config: &Config) -> HashMap<PathBuf, usize> {
    let chapters = book.chapters();
    chapters
        .filter_map(|chapter| {
            Some((chapter.source_path.clone()?, minutes(&chapter.content, config)))
        })
        .collect()
}

/// The page with the minutes of the chapters that it names, together:
/// `<span class="minutes" data-pages="02-2-server.md lines.md"></span>`.
pub fn tell(text: &str, minutes: &HashMap<PathBuf, usize>, config: &Config) -> String {
    static PLACE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new("(<span class=\"minutes\") data-pages=\"([^\"]*)\">").expect("a valid pattern")
    });
    PLACE
        .replace_all(text, |place: &Captures<'_>| {
            let pages = place[2].split(' ').filter_map(|page| minutes.get(Path::new(page)));
            format!("{}>{}", &place[1], of_build(config).minutes(pages.sum()))
        })
        .into_owned()
}

/// The words of its prose, and its experiments; listings and the exercise take what they take. Three Chinese
/// characters take as long as two English words.
fn minutes(text: &str, config: &Config) -> usize {
    let mut in_code = false;
    let mut words = 0;
    for event in html::parser(text, config) {
        match event {
            Event::Start(Tag::CodeBlock(_)) => in_code = true,
            Event::End(TagEnd::CodeBlock) => in_code = false,
            Event::Text(text) | Event::Code(text) if !in_code => {
                let han = text.chars().filter(|&c| html::is_han(c)).count();
                let others = text.split_whitespace().filter(|word| !word.contains(html::is_han));
                words += others.count() + han * 2 / 3;
            }
            _ => {}
        }
    }
    words.div_ceil(WORDS) + EXPERIMENT * Prediction::all(text, config).len()
}
