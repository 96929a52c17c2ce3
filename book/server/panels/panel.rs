//! Panels: a chapter asks for one with `<div class="run" data-server="lesson02" data-client="lesson01">`
//! around the recording of such a run. `data-program` is for a program that is alone.
//!
//! `data-scene` names a recorded scene of it, and `data-look` is one line that says what to look at. With
//! `data-actors` a reader can send more clients to the server, and with `data-restart` start it again on the same
//! port. Panels with `data-way`, which names a button, are run by the `<div class="run-ways">` before them.
//!
//! On a page that the server serves, a script makes buttons of it. Everywhere else it stays the
//! recording, and a line tells how to run it.

use programs::Asked;

use crate::source::html::Tag;

/// The programs of one panel, the server first.
pub struct Panel {
    pub programs: Vec<Asked>,
    /// The name of a file in `chapters/scenes/`, without its ending.
    pub scene: Option<String>,
    /// What to look at, in the author's words.
    pub look: Option<String>,
}

/// What a panel can have besides its programs. A script sets its state.
const OPTIONS: [&str; 6] = ["actors", "look", "restart", "scene", "state", "way"];

impl Panel {
    /// Reads a panel's attributes, without their `data-`.
    ///
    /// # Errors
    ///
    /// They name no program, or one that a page cannot run.
    pub fn written<'text>(
        sides: impl IntoIterator<Item = (&'text str, &'text str)>,
    ) -> Result<Panel, String> {
        let (told, mut sides): (Vec<_>, Vec<_>) = sides
            .into_iter()
            .partition(|(name, _)| !matches!(*name, "program" | "server" | "client"));
        if let Some((name, _)) = told.iter().find(|(name, _)| !OPTIONS.contains(name)) {
            return Err(format!("there is no data-{name}"));
        }
        let told = |asked: &str| {
            told.iter().find(|(name, _)| *name == asked).map(|(_, text)| (*text).to_owned())
        };
        let (scene, look) = (told("scene"), told("look"));
        let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if let Some(name) = scene.as_ref().filter(|name| !name.chars().all(is_plain)) {
            return Err(format!("data-scene {name:?} is not the name of a scene"));
        }
        sides.sort_by_key(|(side, _)| *side != "server");
        match sides.iter().map(|(side, _)| *side).collect::<Vec<_>>().as_slice() {
            ["program" | "server"] | ["server", "client"] => {}
            _ => return Err("needs data-server and data-client, or one data-program".into()),
        }
        let programs = sides.into_iter().map(|(_, text)| Asked::written(text));
        Ok(Panel { programs: programs.collect::<Result<_, _>>()?, scene, look })
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
