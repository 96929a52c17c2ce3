//! Panels: a chapter asks for one with `<div class="run" data-server="lesson02" data-client="lesson01">`
//! around the recording of such a run. `data-program` is for a program that is alone.
//!
//! On a page that the server serves, a script makes buttons of it. Everywhere else it stays the
//! recording, and a line tells how to run it.

use programs::Asked;

use crate::source::html::Tag;

/// The programs of one panel, the server first.
pub struct Panel {
    pub programs: Vec<Asked>,
}

impl Panel {
    /// Reads a panel's attributes, without their `data-`.
    ///
    /// # Errors
    ///
    /// They name no program, or one that a page cannot run.
    pub fn written<'text>(
        sides: impl IntoIterator<Item = (&'text str, &'text str)>,
    ) -> Result<Panel, String> {
        let mut sides: Vec<_> = sides.into_iter().collect();
        sides.sort_by_key(|(side, _)| *side != "server");
        match sides.iter().map(|(side, _)| *side).collect::<Vec<_>>().as_slice() {
            ["program" | "server"] | ["server", "client"] => {}
            _ => return Err("needs data-server and data-client, or one data-program".into()),
        }
        let programs = sides.into_iter().map(|(_, text)| Asked::written(text));
        Ok(Panel { programs: programs.collect::<Result<_, _>>()? })
    }

    /// The panel that a tag opens, if it opens one.
    pub fn opened_by(tag: &Tag) -> Option<Result<Panel, String>> {
        let classes = tag.value("class").unwrap_or_default();
        let is_panel = classes.split_whitespace().any(|class| class == "run");
        if tag.name != "div" || tag.is_end || !is_panel {
            return None;
        }
        let sides = tag
            .attributes
            .iter()
            .filter_map(|(name, value)| Some((name.strip_prefix("data-")?, &**value)));
        Some(Panel::written(sides))
    }
}
