//! How the reader's finished answer differs from the solution: for those alone who have one.

use std::fs;
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use super::words::Words;
use crate::source::{Exercise, Sign, changes, paths};

/// A longer file isn't compared, in bytes.
const LONGEST: u64 = 128 * 1024;

/// After this, rows may be more than it takes.
const LIMIT: Duration = Duration::from_millis(500);

/// The rows that turn the reader's file into the solution, as a page is told them.
///
/// # Errors
///
/// Why one of the files cannot be read.
pub fn differences(root: &Path, exercise: &Exercise, words: &dyn Words) -> Result<Value, String> {
    let solution = exercise.file.with_file_name("solution.rs");
    let read = |file: &Path| {
        let name = paths::slashed(file.strip_prefix(root).unwrap_or(file));
        let text = match fs::metadata(file).map(|metadata| metadata.len()) {
            Ok(length) if length > LONGEST => Err(words.too_long().to_owned()),
            _ => paths::text_below(root, file),
        };
        text.map(|text| (name.clone(), text)).map_err(|why| words.cannot_compare(&name, &why))
    };
    let ((yours, old), (solution, new)) = (read(&exercise.file)?, read(&solution)?);
    let row = |(sign, line)| {
        let sign = match sign {
            Sign::Same => " ",
            Sign::Goes => "-",
            Sign::Comes => "+",
            Sign::Gap => "⋯",
        };
        json!([sign, line])
    };
    let rows: Vec<Value> = changes(&old, &new, Some(LIMIT)).into_iter().map(row).collect();
    Ok(json!({ "yours": yours, "solution": solution, "rows": rows }))
}
