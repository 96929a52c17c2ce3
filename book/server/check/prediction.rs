//! What a prediction must have.

use crate::source::Prediction;

/// What is wrong with it, each with its place; but for the names of [`Prediction::shown_by`].
pub fn defects(prediction: &Prediction) -> Vec<(usize, String)> {
    let mut wrong = Vec::new();
    for option in &prediction.options {
        if option.right.is_none() {
            wrong.push((option.start, "an option begins with [ ] or [x]".to_owned()));
        }
        if !option.explanation.starts_with(|c: char| c.is_alphanumeric() || "`\"'*(".contains(c))
            || option.explanation.starts_with("```")
        {
            let what = "the option is not explained, in a paragraph of its own";
            wrong.push((option.start, what.to_owned()));
        }
        // What follows the sign would take it back.
        let first = option.explanation.split(['.', ',', ':']).next().unwrap_or_default();
        if ["No", "Yes", "Nearly", "Not yet", "Not quite", "It has", "It is"].contains(&first) {
            let what = format!("an explanation begins with \"{first}\", not with the idea");
            wrong.push((option.start, what));
        }
    }
    if !(3..=4).contains(&prediction.options.len()) {
        let what = format!("a prediction with {} options, not 3 or 4", prediction.options.len());
        wrong.push((prediction.start, what));
    }
    match prediction.options.iter().filter(|option| option.right == Some(true)).count() {
        1 if prediction.shown_by().is_empty() => {
            wrong.push((prediction.start, "no \"Shown by `NAME`\" at the right option".to_owned()));
        }
        1 => {}
        count => wrong.push((prediction.start, format!("{count} options are right, not one"))),
    }
    wrong
}
