//! Predictions on the page: each option is a `<details>`, so that it can be opened without a script, by
//! keyboard too; `predict.js` remembers which one was opened first.

use mdbook_preprocessor::config::Config;

use crate::source::prediction::{Choice, OPENING, Prediction};

/// The chapter with the options as they are on the page.
pub fn markup(text: &str, config: &Config) -> String {
    let mut result = String::with_capacity(text.len());
    let mut copied = 0;
    for prediction in Prediction::all(text, config) {
        let question = prediction.start + OPENING.len();
        result += &text[copied..prediction.start];
        result += &format!("<div class=\"predict\" id=\"{}\">", id(&prediction));
        result += &text[question..prediction.list.start];
        result += &options(&prediction);
        result.push('\n');
        copied = prediction.list.end;
    }
    result + &text[copied..]
}

/// A prediction's id has no number, so that it keeps its id when others come before it.
fn id(prediction: &Prediction) -> String {
    format!("predict-{}", prediction.shown_by().first().unwrap_or(&"nothing"))
}

fn options(prediction: &Prediction) -> String {
    let option = |option: &Choice| {
        let (class, verdict) = match option.right {
            Some(true) => ("option answer", "Right."),
            _ => ("option", "No."),
        };
        format!(
            "<details class=\"{class}\"><summary>{}</summary>\n\n**{verdict}** {}\n\n</details>\n",
            option.words, option.explanation
        )
    };
    prediction.options.iter().map(option).collect()
}
