//! The list of an exercise's checks as its chapter shows it. It is recorded, like the outputs in the book, so
//! that a copy of the book needs no grader; the served page adds the grade to it.

use harness::Failed;

use crate::actors::Check;
use crate::check::Milestone;
use crate::machine::workspace;
use crate::report;

/// Demands that the chapter's list is up to date.
pub(crate) fn compare(lesson: &str, exercise: &str, checks: &[Check]) -> Result<(), Failed> {
    let file = workspace().join("book/chapters/checks").join(lesson).with_extension("html");
    report::compare(&file, &html(lesson, exercise, checks)).map_err(Failed::from)
}

fn html(lesson: &str, exercise: &str, checks: &[Check]) -> String {
    let mut html = format!(
        "<section class=\"grade\" data-lesson=\"{lesson}\" aria-label=\"Your grade\">\n\
         <p class=\"grade-head\"><strong>{exercise}</strong>, {} checks</p>\n\
         <p class=\"grade-how\">Read with <code>cargo run -p book</code>, this page grades \
         <code>lessons/{lesson}/exercise.rs</code> whenever you save it.</p>\n\
         <ol>\n",
        checks.len()
    );
    let mut milestones = 0;
    for (place, check) in checks.iter().enumerate() {
        if let Some(Milestone { name, size }) = check.milestone {
            milestones += 1;
            let heading = format!(
                "<p class=\"milestone\"><strong>Milestone {milestones}: {name}</strong>, {size}</p>\n"
            );
            // The numbers of the checks go on.
            let list = format!("{heading}<ol start=\"{}\">\n", place + 1);
            html = match html.strip_suffix("<ol>\n") {
                Some(before) => format!("{before}{list}"),
                None => format!("{html}</ol>\n{list}"),
            };
        }
        html += &format!("<li data-check=\"{}\">{}</li>\n", check.id, inline(check.demands));
    }
    html + "</ol>\n</section>\n"
}

/// A sentence in which names are between backticks.
fn inline(sentence: &str) -> String {
    let escaped = sentence.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let parts = escaped.split('`').enumerate();
    parts
        .map(|(place, part)| match place % 2 {
            0 => part.to_owned(),
            _ => format!("<code>{part}</code>"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{compare, html, inline};
    use crate::check::check;

    #[test]
    fn each_check_is_listed_with_what_it_demands() {
        let checks = ["answers", "waits"].map(|id| check(id, |_| Ok(())).demands("It <must>."));
        let expected = r#"<section class="grade" data-lesson="lesson02" aria-label="Your grade">
<p class="grade-head"><strong>exercise02</strong>, 2 checks</p>
<p class="grade-how">Read with <code>cargo run -p book</code>, this page grades <code>lessons/lesson02/exercise.rs</code> whenever you save it.</p>
<ol>
<li data-check="answers">It &lt;must&gt;.</li>
<li data-check="waits">It &lt;must&gt;.</li>
</ol>
</section>
"#;
        assert_eq!(html("lesson02", "exercise02", &checks), expected);
    }

    #[test]
    fn another_list_is_noticed() {
        // There is no such folder: recorded anew it cannot be, either.
        assert!(compare("no-such-folder/lesson02", "exercise02", &[]).is_err());
    }

    #[test]
    fn names_in_a_sentence_are_code() {
        assert_eq!(inline("a < b, `c & d`."), "a &lt; b, <code>c &amp; d</code>.");
    }
}
