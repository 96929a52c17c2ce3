//! The theme: style sheets, templates and fonts, and the scripts and style sheets that `book.toml` adds.

use std::fs;
use std::path::Path;

use super::links::has_scheme;
use crate::source::{Defect, Sources, html, paths};

/// Checks each file of the theme, and each that the settings add.
pub fn check(sources: &Sources, defects: &mut Vec<Defect>) {
    let config = sources.config.html_config().unwrap_or_default();
    // A missing directory is told by mdBook.
    look_into(sources, &config.theme_dir(&sources.root), defects);
    for file in config.additional_css.iter().chain(&config.additional_js) {
        let file = sources.root.join(file);
        if file.exists()
            && let Err(why) = paths::regular_below(&sources.root, &file)
        {
            defects.push(defect(sources, &file, None, why));
        }
    }
}

fn look_into(sources: &Sources, dir: &Path, defects: &mut Vec<Defect>) {
    if dir.exists()
        && let Err(why) = paths::below(&sources.root, dir)
    {
        defects.push(defect(sources, dir, None, why));
        return;
    }
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        let file = entry.path();
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            look_into(sources, &file, defects);
        } else if let Err(why) = paths::regular_below(&sources.root, &file) {
            defects.push(defect(sources, &file, None, why));
        } else if let Ok(text) = fs::read_to_string(&file)
            && let Some(offset) = loads_remote(&file, &text)
        {
            let what = "loads something from another host".to_owned();
            defects.push(defect(sources, &file, Some(html::line(&text, offset)), what));
        }
    }
}

/// Where a style sheet or a template loads something from another host.
fn loads_remote(file: &Path, text: &str) -> Option<usize> {
    match file.extension()?.to_str()? {
        "css" => html::loads_remote(text),
        "hbs" => html::tags(text).into_iter().find_map(|tag| {
            let loads = ["src", "href"]
                .iter()
                .filter_map(|name| tag.value(name))
                .any(|value| tag.name != "a" && has_scheme(value));
            loads.then_some(tag.span.start)
        }),
        _ => None,
    }
}

fn defect(sources: &Sources, file: &Path, line: Option<usize>, what: String) -> Defect {
    let file = paths::slashed(file.strip_prefix(&sources.root).unwrap_or(file));
    Defect { file, line, what }
}
