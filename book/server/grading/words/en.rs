//! What the server says of exercises, in English.

use super::{Mistold, Words};
use crate::grading::editor::Unopened;

pub struct English;

impl Words for English {
    fn wrongly_told(&self, lesson: &str, what: Mistold, status: &str) -> String {
        let what = match what {
            Mistold::Nothing => "told nothing",
            Mistold::NotOnce => "didn't tell the end of each check once",
            Mistold::OtherEnd => "ended otherwise than its checks",
        };
        format!("the suite of {lesson} {what} ({status})")
    }

    fn suite_does_not_start(&self, lesson: &str, why: &str) -> String {
        format!("cannot start the suite of {lesson}: {why}")
    }

    fn cargo_does_not_start(&self, why: &str) -> String {
        format!("cannot start cargo: {why}")
    }

    fn nothing_built(&self, said: &str) -> String {
        format!("cargo has built nothing:\n{said}")
    }

    fn no_such_exercise(&self) -> &'static str {
        "there is no such exercise"
    }

    fn passes_first(&self) -> &'static str {
        "the solution comes when all checks of your file, as it is now, have passed"
    }

    fn cannot_compare(&self, name: &str, why: &str) -> String {
        format!("cannot compare: {name}: {why}")
    }

    fn too_long(&self) -> &'static str {
        "too long to be compared"
    }

    fn unopened(&self, why: &Unopened) -> String {
        match why {
            Unopened::Unknown => "no editor is known that opens a window".to_owned(),
            Unopened::TooMany => "the page has opened five editors, so please close one".to_owned(),
            Unopened::Failed(why) => format!("cannot start {why}"),
        }
    }
}
