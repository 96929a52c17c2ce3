//! What lesson 5 shows of the two buffers of a connection, kept for the book's plot.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use common::{Explain, Failure};

use crate::machine::record;
use crate::server::{build_lessons, built, succeed};

/// Keeps the rows of one run.
///
/// # Errors
///
/// The lesson cannot be started, or fails.
pub fn run(results: &Path) -> Result<(), Failure> {
    build_lessons()?;
    let text = csv_of(&["127.0.0.1:0"])?;
    let mut lines = text.lines();
    let header = lines.next().unwrap_or_default();
    record(results, header, &lines.map(str::to_owned).collect::<Vec<_>>())
}

/// What lesson 5 writes with `--csv`.
///
/// # Errors
///
/// It cannot be started, or fails.
pub fn csv_of(arguments: &[&str]) -> Result<String, Failure> {
    let folder = tempfile::tempdir().explain("cannot make a folder")?;
    let file = folder.path().join("rows.csv");
    let mut lesson = Command::new(built("lesson05"));
    lesson.args(arguments).arg("--csv").arg(&file).stdout(Stdio::null());
    succeed(&mut lesson)?;
    fs::read_to_string(file).explain("cannot read the rows")
}
