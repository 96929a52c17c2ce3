//! What can go wrong, in the words that the reader sees.

use std::fmt;

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

/// Why a command failed.
#[derive(Debug)]
pub enum Error {
    /// The book has defects: all that were found, in the order of files and lines.
    Broken(Vec<Defect>),
    /// Something else failed: what, why, and what to do about it.
    Failed { what: String, why: String, advice: Option<String> },
}

impl Error {
    pub fn failed(what: impl Into<String>, why: impl fmt::Display) -> Self {
        Error::Failed { what: what.into(), why: why.to_string(), advice: None }
    }

    pub fn advice(self, text: impl Into<String>) -> Self {
        match self {
            Error::Failed { what, why, .. } => {
                Error::Failed { what, why, advice: Some(text.into()) }
            }
            broken => broken,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Broken(defects) => {
                let noun = if defects.len() == 1 { "defect" } else { "defects" };
                write!(f, "error: the book cannot be built: {} {noun}", defects.len())?;
                defects.iter().try_for_each(|defect| write!(f, "\n{defect}"))
            }
            Error::Failed { what, why, advice } => {
                write!(f, "error: {what}: {why}")?;
                advice.iter().try_for_each(|line| write!(f, "\n{line}"))
            }
        }
    }
}
