//! Directives as a chapter has them: mdBook's `{{#include FILE:ANCHOR}}` and the like, and this book's
//! `{{#diff FILE:ANCHOR FILE:ANCHOR}}`.

use std::ops::Range;
use std::path::Path;
use std::sync::LazyLock;

use regex::Regex;

use super::paths;

/// The directive that compares two files.
pub const DIFF: &str = "diff";

/// A directive of a chapter.
pub struct Directive<'text> {
    /// Where it is in the chapter.
    pub span: Range<usize>,
    pub name: &'text str,
    /// The file's path as written, relative to the chapter's directory.
    pub path: &'text str,
    /// What follows the path's first colon: an anchor, a line, or a range of lines.
    pub part: Option<&'text str>,
}

impl<'text> Directive<'text> {
    /// All directives of a text, without those that a backslash turns into plain text. A `diff` is there
    /// once for each file that it names.
    pub fn all(text: &'text str) -> impl Iterator<Item = Directive<'text>> {
        // mdBook takes a backslash to hide everything up to the line's last `}}`.
        static DIRECTIVE: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(r"\\\{\{#.*\}\}|\{\{\s*#([A-Za-z0-9_]+)\s+([^}]+)\}\}")
                .expect("a valid pattern")
        });
        DIRECTIVE.captures_iter(text).flat_map(|found| {
            let parts = (found.get(0), found.get(1), found.get(2));
            let (span, name, arguments) = match parts {
                (Some(whole), Some(name), Some(arguments)) => {
                    (whole.range(), name.as_str(), arguments.as_str())
                }
                _ => (0..0, "", ""),
            };
            let files = if name == DIFF { usize::MAX } else { 1 };
            arguments.split_whitespace().take(files).map(move |argument| {
                let (path, part) = match argument.split_once(':') {
                    Some((path, part)) if name.ends_with("include") || name == DIFF => {
                        (path, Some(part))
                    }
                    _ => (argument, None),
                };
                Directive { span: span.clone(), name, path, part }
            })
        })
    }

    /// The directive that a text consists of.
    pub fn alone(text: &'text str) -> Option<Directive<'text>> {
        let text = text.trim();
        Directive::all(text).next().filter(|directive| directive.span == (0..text.len()))
    }

    /// Whether it names a file.
    pub fn reads_file(&self) -> bool {
        matches!(self.name, "include" | "rustdoc_include" | "playground" | "playpen" | DIFF)
    }

    /// The two files that a text compares, if it consists of a `diff`.
    pub fn compared(text: &'text str) -> Option<[Directive<'text>; 2]> {
        let text = text.trim();
        let both: Vec<_> = Directive::all(text).collect();
        let both: [Directive<'text>; 2] = both.try_into().ok()?;
        both.iter().all(|one| one.name == DIFF && one.span == (0..text.len())).then_some(both)
    }

    /// The text that mdBook puts in the directive's place, of a file that is named from the root.
    ///
    /// # Errors
    ///
    /// Why the text would be missing: the file cannot be read, or has no such anchor or lines.
    pub fn resolve(&self, root: &Path, file: &Path) -> Result<String, String> {
        let text = paths::text_below(root, &root.join(file))?;
        let Some(part) = self.part.filter(|part| !part.is_empty()) else {
            return Ok(text);
        };
        let (start, end) =
            part.split_once(':').map_or((part, None), |(start, end)| (start, Some(end)));
        let first = match start.parse::<usize>() {
            Ok(line) => line.max(1),
            Err(_) if start.is_empty() => 1,
            Err(_) => return anchored(&text, start),
        };
        let last = match end.map(str::parse::<usize>) {
            None => first,
            Some(Ok(line)) => line,
            Some(Err(_)) => usize::MAX,
        };
        let lines: Vec<&str> = text.lines().take(last).skip(first - 1).collect();
        if lines.is_empty() { Err(format!("no lines {part} in it")) } else { Ok(lines.join("\n")) }
    }

    /// The same as a listing: without the lines that mark anchors.
    ///
    /// # Errors
    ///
    /// Those of [`Directive::resolve`].
    pub fn listing(&self, root: &Path, file: &Path) -> Result<String, String> {
        Ok(without_marks(&self.resolve(root, file)?))
    }
}

/// A text without the lines that mark its anchors.
fn without_marks(text: &str) -> String {
    let is_mark = |line: &str| ["ANCHOR:", "ANCHOR_END:"].iter().any(|word| line.contains(word));
    text.lines().filter(|line| !is_mark(line)).map(|line| format!("{line}\n")).collect()
}

/// The lines between `ANCHOR: name` and `ANCHOR_END: name`.
fn anchored(text: &str, name: &str) -> Result<String, String> {
    let mut lines = text.lines();
    lines
        .find(|line| mark(line, "ANCHOR:") == Some(name))
        .ok_or_else(|| format!("no line with ANCHOR: {name} in it"))?;
    let mut shown = Vec::new();
    for line in lines {
        if mark(line, "ANCHOR_END:") == Some(name) {
            return Ok(shown.join("\n"));
        }
        shown.push(line);
    }
    // mdBook would show everything up to the end of the file.
    Err(format!("no line with ANCHOR_END: {name} in it"))
}

/// The anchor's name on a line with the mark `ANCHOR:` or `ANCHOR_END:`.
fn mark<'line>(line: &'line str, mark: &str) -> Option<&'line str> {
    let (_, rest) = line.split_once(mark)?;
    let rest = rest.trim_start();
    let end =
        rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-')).unwrap_or(rest.len());
    Some(&rest[..end])
}
