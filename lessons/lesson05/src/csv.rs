//! The file for `--csv`.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use common::{Explain, Failure};

/// The file, if the user wants one: numbers without units and separators, so that a
/// spreadsheet or three lines of Python can read them.
pub struct Csv {
    file: Option<(PathBuf, BufWriter<File>)>,
}

impl Csv {
    /// Creates the file and writes the header.
    ///
    /// # Errors
    ///
    /// A path that cannot be written. Call this first, so that the user learns it before
    /// the work.
    pub fn create(path: Option<&Path>, header: &str) -> Result<Csv, Failure> {
        let create = |path: &Path| {
            let file = File::create(path).map_err(|why| {
                Failure::new(format!("cannot write {}", path.display()), why).advise(
                    "give --csv a file in a directory that exists and that you may write to",
                )
            })?;
            Ok((path.to_owned(), BufWriter::new(file)))
        };
        let mut csv = Csv { file: path.map(create).transpose()? };
        csv.row(header)?;
        Ok(csv)
    }

    /// Writes one line right away: if the program is ended early, its measurements are
    /// kept.
    pub fn row(&mut self, row: &str) -> Result<(), Failure> {
        let Some((path, file)) = &mut self.file else { return Ok(()) };
        writeln!(file, "{row}")
            .and_then(|()| file.flush())
            .explain(format!("cannot write {}", path.display()))
    }

    pub fn path(&self) -> Option<&Path> {
        self.file.as_ref().map(|(path, _)| path.as_path())
    }
}
