//! What a diff must be: the only content of a fenced block, of two programs that differ.

use std::collections::BTreeSet;
use std::path::Path;

use crate::source::include::DIFF;
use crate::source::{Directive, Sources, html};

/// What is wrong with the diffs of a chapter, each with its place; but for files that are missing.
pub fn defects(sources: &Sources, chapter: &Path, text: &str) -> Vec<(usize, String)> {
    let mut wrong = Vec::new();
    let mut left: BTreeSet<usize> = Directive::all(text)
        .filter(|directive| directive.name == DIFF)
        .map(|directive| directive.span.start)
        .collect();
    let blocks = html::blocks(text, &sources.config).into_iter();
    for html::Block { body, span, .. } in blocks.filter(|block| &*block.info == DIFF) {
        let Some(both) = Directive::compared(&body) else { continue };
        left.retain(|start| !span.contains(start));
        let text = |one: Directive<'_>| {
            one.listing(&sources.root, &sources.include(chapter, one.path)?).ok()
        };
        if let [Some(old), Some(new)] = both.map(text)
            && old == new
        {
            wrong.push((span.start, "diff: the two do not differ".to_owned()));
        }
    }
    let what = "diff: it names two files, and is alone in a fenced block ```diff";
    wrong.extend(left.into_iter().map(|start| (start, what.to_owned())));
    wrong
}
