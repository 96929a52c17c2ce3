//! Captions: a listing names the file that it was taken from, and a transcript looks like a
//! terminal.

use std::path::Path;

use mdbook_preprocessor::config::Config;
use programs::{Program, Role};

use super::words::{Words, of_build};
use crate::source::{Directive, html, paths};

/// Puts a `figure` around every fenced block that consists of one include.
///
/// `dir` is the chapter's directory, from the root of the workspace.
pub fn caption(text: &str, root: &Path, dir: &Path, config: &Config) -> String {
    let words = of_build(config);
    let mut result = String::with_capacity(text.len());
    let mut copied = 0;
    for html::Block { info, body, span } in html::blocks(text, config) {
        let line = text[..span.start].rfind('\n').map_or(0, |newline| newline + 1);
        let indent = &text[line..span.start];
        // In a quotation or on a list item's first line there is no room for lines of HTML.
        if !indent.trim().is_empty() {
            continue;
        }
        let Some(opening) = figure(&info, &body, [root, dir, &config.book.src], words) else {
            continue;
        };
        let end = text[span.end..].find('\n').map_or(text.len(), |newline| span.end + newline);
        let block = set_in(text[line..end].trim_end(), indent, &body, root, dir);
        // A blank line ends a block of HTML: what is between is Markdown again.
        result.push_str(&text[copied..line]);
        result.push_str(&format!("\n{indent}{opening}\n\n{block}\n\n{indent}</figure>\n"));
        copied = end;
    }
    result.push_str(&text[copied..]);
    result
}

/// A block with what it includes, set in as far as the block is: mdBook would set in the first line alone,
/// and the second one would end the list.
fn set_in(block: &str, indent: &str, body: &str, root: &Path, dir: &Path) -> String {
    let included = || {
        let directive = Directive::alone(body).filter(|directive| directive.name == "include")?;
        directive.listing(root, &paths::normal(&dir.join(directive.path))?).ok()
    };
    match included().filter(|_| !indent.is_empty()) {
        Some(text) => {
            let lines = text.trim_end().replace('\n', &format!("\n{indent}"));
            block.replacen(body.trim(), &lines, 1)
        }
        None => block.to_owned(),
    }
}

/// The opening of the figure that a fenced block gets, if it gets one.
fn figure(
    info: &str,
    body: &str,
    [root, dir, src]: [&Path; 3],
    said: &dyn Words,
) -> Option<String> {
    let directive = Directive::alone(body).filter(Directive::reads_file)?;
    let file = paths::normal(&dir.join(directive.path))?;
    let mut words = info.split([' ', '\t', ',']);
    if words.next() == Some("console") {
        // Of two terminals side by side, the reader is told which is whose.
        let side = words.find(|word| matches!(*word, "client" | "server"));
        let is_table = directive.listing(root, &file).is_ok_and(|text| is_table(&text));
        let classes = [Some("terminal"), side, is_table.then_some("tabular")];
        let classes: Vec<&str> = classes.into_iter().flatten().collect();
        return Some(format!(r#"<figure class="{}">"#, classes.join(" ")));
    }
    if file.starts_with(src) {
        return None;
    }
    let name = html::escape(&paths::slashed(&file));
    let (class, side) = marks(root, &file, said);
    Some(format!(
        r#"<figure class="listing{class}"><figcaption><code>{name}</code>{side}</figcaption>"#
    ))
}

/// What a listing has more where a client or a server runs it: a class, and a word behind the file's name.
pub fn marks(root: &Path, file: &Path, words: &dyn Words) -> (String, String) {
    let (class, word) = match side(root, file) {
        Role::Client => ("client", words.client()),
        Role::Server => ("server", words.server()),
        Role::Alone => return Default::default(),
    };
    (format!(" {class}"), format!(" <span class=\"side\">{word}</span>"))
}

/// Whether a file of a lesson belongs to a client or to a server, as the table of programs has it. A program
/// that isn't in there does what the one does instead of which it is judged, or else what its lesson does.
fn side(root: &Path, file: &Path) -> Role {
    program(root, file).map_or(Role::Alone, |program| program.role)
}

fn program(root: &Path, file: &Path) -> Option<&'static Program> {
    let path = paths::slashed(file);
    let in_lesson = path.strip_prefix("lessons/")?;
    let (lesson, rest) = in_lesson.split_once('/')?;
    let stem = file.file_stem()?.to_str()?;
    let own = match rest.split_once('/') {
        Some(("src", _)) => Program::named(&format!("{lesson} {stem}")),
        _ => Program::named(in_lesson).or_else(|| Program::named(stem)),
    };
    let judged = || {
        let text = paths::text_below(root, &root.join(file)).ok()?;
        let instead = text.lines().find_map(|line| line.strip_prefix("//! Instead of: "))?;
        Program::named(instead.trim())
    };
    own.or_else(judged).or_else(|| Program::named(lesson))
}

/// Whether a recording has columns: a line that's broken would tear them apart.
fn is_table(recording: &str) -> bool {
    let has_column = |line: &str| line.trim_start().contains("   ");
    recording.lines().filter(|line| has_column(line)).count() > 1
}
