//! What differs between two texts, as rows: those that go, those that come, and a few around them.

use std::time::Duration;

use similar::{Algorithm, ChangeTag, TextDiff};

/// How many lines are shown around a change.
const AROUND: usize = 3;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    Same,
    Goes,
    Comes,
    /// Lines that are the same and not shown.
    Gap,
}

/// The rows in their order, without ends of lines; none where the texts are the same. Within a limit of time
/// the rows may be more than it takes.
pub fn changes(old: &str, new: &str, limit: Option<Duration>) -> Vec<(Sign, String)> {
    let mut settings = TextDiff::configure();
    settings.algorithm(Algorithm::Patience);
    if let Some(limit) = limit {
        settings.timeout(limit);
    }
    let diff = settings.diff_lines(old, new);
    let groups = diff.grouped_ops(AROUND);
    let total = diff.ops().iter().map(|op| op.old_range().end).max().unwrap_or(0);
    let mut rows = Vec::new();
    let mut seen = 0;
    for group in &groups {
        let start = group.first().map_or(0, |op| op.old_range().start);
        if start > seen {
            rows.push((Sign::Gap, String::new()));
        }
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let sign = match change.tag() {
                ChangeTag::Equal => Sign::Same,
                ChangeTag::Delete => Sign::Goes,
                ChangeTag::Insert => Sign::Comes,
            };
            rows.push((sign, change.value().trim_end().to_owned()));
        }
        seen = group.last().map_or(seen, |op| op.old_range().end);
    }
    if total > seen && !rows.is_empty() {
        rows.push((Sign::Gap, String::new()));
    }
    rows
}
