//! What is wrong with the book's files.

use std::fmt;

use common::Failure;

/// One thing that is wrong with a file of the book.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Defect {
    /// From the book's root, with `/` between the parts.
    pub file: String,
    /// Counted from 1; `None` when the whole file is meant.
    pub line: Option<usize>,
    pub what: String,
}

impl fmt::Display for Defect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.file, self.what),
            None => write!(f, "{}: {}", self.file, self.what),
        }
    }
}

/// One failure that lists the defects, each on a line, in the order of files and lines.
pub fn failure(mut defects: Vec<Defect>) -> Failure {
    defects.sort();
    defects.dedup();
    let noun = if defects.len() == 1 { "defect" } else { "defects" };
    let lines: Vec<String> = defects.iter().map(Defect::to_string).collect();
    Failure::new("the book cannot be built", format!("{} {noun}", defects.len()))
        .advise(lines.join("\n"))
}
