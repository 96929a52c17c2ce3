//! Diffs of two programs, computed when the book is built: a listing in which each line that goes has a `-`
//! and each line that comes has a `+`.

use std::path::Path;

use mdbook_preprocessor::config::Config;

use super::listing;
use super::words::{Words, of_build};
use crate::source::include::DIFF;
use crate::source::{Directive, Sign, changes, html, paths};

/// Puts a listing in the place of every fenced block that compares two files.
///
/// `dir` is the chapter's directory, from the root of the workspace.
pub fn compute(text: &str, root: &Path, dir: &Path, config: &Config) -> String {
    let mut result = String::with_capacity(text.len());
    let mut copied = 0;
    let blocks = html::blocks(text, config).into_iter();
    for html::Block { body, span, .. } in blocks.filter(|block| &*block.info == DIFF) {
        let Some(listing) = listing(&body, root, dir, of_build(config)) else { continue };
        let line = text[..span.start].rfind('\n').map_or(0, |newline| newline + 1);
        let indent = " ".repeat(text[line..span.start].chars().count());
        result.push_str(&text[copied..span.start]);
        result.push_str(&listing.replace('\n', &format!("\n{indent}")));
        copied = span.end;
    }
    result.push_str(&text[copied..]);
    result
}

/// The listing of a block that compares two files which can be read.
fn listing(block: &str, root: &Path, dir: &Path, words: &dyn Words) -> Option<String> {
    let [old, new] = Directive::compared(block)?;
    let (old_file, new_file) =
        (paths::normal(&dir.join(old.path))?, paths::normal(&dir.join(new.path))?);
    let (old, new) = (old.listing(root, &old_file).ok()?, new.listing(root, &new_file).ok()?);
    let by = set_in_by(&old).min(set_in_by(&new));
    // In one folder the second name says enough.
    let second = match old_file.parent() == new_file.parent() && old_file != new_file {
        true => new_file.file_name().map(Path::new)?,
        false => &new_file,
    };
    let name = |file: &Path| format!("<code>{}</code>", html::escape(&paths::slashed(file)));
    let (class, side) = listing::marks(root, &new_file, words);
    Some(format!(
        "<figure class=\"listing diff{class}\"><figcaption>{}{side}</figcaption>\n\
         <pre><code class=\"language-plaintext nohighlight\"><span class=\"lines\">{}</span></code></pre>\n\
         </figure>",
        words.diff(&name(&old_file), &name(second)),
        lines(&set_out(&old, by), &set_out(&new, by))
    ))
}

/// How far all lines of a text are set in.
fn set_in_by(text: &str) -> usize {
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    lines.map(|line| line.len() - line.trim_start_matches(' ').len()).min().unwrap_or(0)
}

fn set_out(text: &str, by: usize) -> String {
    text.lines().map(|line| format!("{}\n", line.get(by..).unwrap_or_default())).collect()
}

/// The changed lines and those around them. Each has a tag, so that no line is blank and ends the HTML.
fn lines(old: &str, new: &str) -> String {
    let row = |(sign, line): (Sign, String)| {
        let (element, mark) = match sign {
            Sign::Gap => return "<span class=\"row gap\">  ⋯\n</span>".to_owned(),
            Sign::Same => ("span", ' '),
            Sign::Goes => ("del", '-'),
            Sign::Comes => ("ins", '+'),
        };
        // A directive in a program is not for mdBook.
        let line = html::escape(&line).replace("{{", "&#123;&#123;");
        format!("<{element} class=\"row\">{mark} {line}\n</{element}>")
    };
    changes(old, new, None).into_iter().map(row).collect()
}
