//! Predictions on the page: each option is a `<details>`, so that it can be opened without a script, by
//! keyboard too; `predict.js` makes rows of them, of which the first one that is opened is the reader's.

use std::path::Path;
use std::sync::LazyLock;

use mdbook_preprocessor::config::Config;
use regex::Regex;

use super::bar;
use super::words::{Words, of_build};
use crate::source::Sources;
use crate::source::html;
use crate::source::prediction::{Choice, OPENING, Prediction, SHOWN};

/// What shows that a prediction's right option is right, and how a reader can look at it.
pub struct Proofs(Vec<(String, String)>);

impl Proofs {
    /// Finds the suites in which the checks are.
    pub fn of(root: &Path) -> Proofs {
        Proofs(Sources::suites_by_folder(root))
    }

    /// A line for one name, as HTML, and what is said of it. `up` leads from the chapter to the book's first page,
    /// `own` is the chapter's lesson: a suite that lessons share is run for that one.
    fn line(
        &self,
        (name, said): (&str, &str),
        up: &str,
        own: Option<&str>,
        words: &dyn Words,
    ) -> String {
        let check = format!("(\"{name}\"");
        let having = self.0.iter().filter(|(_, text)| text.contains(&check));
        let folders: Vec<&str> = having.map(|(folder, _)| folder.as_str()).collect();
        let said = html::escape(said);
        if folders.is_empty() {
            let link = format!("<a href=\"{up}transcripts/{name}.txt\">{name}</a>");
            return words.recording(&link, &said);
        }
        let lessons = folders.iter().copied().filter(|folder| folder.starts_with("lesson"));
        let lesson = match lessons.collect::<Vec<_>>()[..] {
            [] => own,
            [first, ..] => own.filter(|own| folders.contains(own)).or(Some(first)),
        };
        match lesson {
            Some(lesson) => {
                words.check_to_run(&format!("<code>cargo test -p {lesson} {name}</code>"), &said)
            }
            None => words.check(&format!("<code>{name}</code>"), &said),
        }
    }
}

/// The chapter with the options as they are on the page.
pub fn markup(text: &str, dir: &Path, proofs: &Proofs, config: &Config) -> String {
    let up = "../".repeat(dir.components().count());
    let own = bar::lesson(text);
    let words = of_build(config);
    let mut result = String::with_capacity(text.len());
    let mut copied = 0;
    for prediction in Prediction::all(text, config) {
        let question = prediction.start + OPENING.len();
        result += &text[copied..prediction.start];
        result += &format!("<div class=\"predict\" id=\"{}\">", id(&prediction));
        result += &text[question..prediction.list.start];
        result += &options(&prediction, words, |proof| proofs.line(proof, &up, own, words));
        result.push('\n');
        copied = prediction.list.end;
    }
    result + &text[copied..]
}

/// The front page with a place for the reader's own tally, at its end or where it has one.
pub fn tally(text: &str, predictions: &[String]) -> String {
    const PLACE: &str = "<div class=\"tally\"></div>";
    if predictions.is_empty() {
        return text.to_owned();
    }
    let ids = predictions.join(" ");
    let tally = format!("<p class=\"tally\" data-predictions=\"{ids}\" hidden></p>");
    match text.contains(PLACE) {
        true => text.replacen(PLACE, &tally, 1),
        false => format!("{text}\n\n{tally}\n"),
    }
}

/// A prediction's id has no number, so that it keeps its id when others come before it.
pub fn id(prediction: &Prediction) -> String {
    format!("predict-{}", prediction.shown_by().first().unwrap_or(&"nothing"))
}

fn options(
    prediction: &Prediction,
    said: &dyn Words,
    line: impl Fn((&str, &str)) -> String,
) -> String {
    let lines: Vec<String> = prediction.proofs().into_iter().map(line).collect();
    let option = |(option, letter): (&Choice, char)| {
        let (class, sign, words) = match option.right {
            Some(true) => ("option answer", "✓", said.right()),
            _ => ("option", "✗", said.wrong()),
        };
        let (explanation, proof) = match option.right {
            Some(true) => (without_names(&option.explanation), proof(&lines, said)),
            _ => (option.explanation.clone(), String::new()),
        };
        // What is no paragraph begins on a line of its own.
        let between = if explanation.starts_with("```") { "\n\n" } else { " " };
        format!(
            "<details class=\"{class}\"><summary><span class=\"letter\">{letter}</span> <span class=\"words\">{}</span></summary>\n\n\
             <span class=\"sign\" role=\"img\" aria-label=\"{words}\">{sign}</span>{between}{explanation}\n\n\
             {proof}</details>\n",
            option.words
        )
    };
    prediction.options.iter().zip('A'..).map(option).collect()
}

/// The explanation without "Shown by …": that is behind the small "proof".
fn without_names(explanation: &str) -> String {
    static SENTENCE: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(&format!(r"\s*{SHOWN}")).expect("a valid pattern"));
    SENTENCE.replace(explanation, "").trim_start().to_owned()
}

fn proof(lines: &[String], words: &dyn Words) -> String {
    if lines.is_empty() {
        return String::new();
    }
    let lines: String = lines.iter().map(|line| format!("<p>{}</p>", line)).collect();
    let summary = words.proof();
    format!("<details class=\"proof\"><summary>{summary}</summary>{lines}</details>\n")
}
