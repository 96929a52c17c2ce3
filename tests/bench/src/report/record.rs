//! A record: what was measured, when and where, as lines of comma-separated values.

use std::fs;
use std::io;
use std::path::Path;

use super::malformed;

pub struct Record {
    /// Machine and date, from the first line, which begins with `# `.
    pub setting: String,
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
}

/// One line of a record.
#[derive(Clone, Copy)]
pub struct Row<'record> {
    columns: &'record [String],
    cells: &'record [String],
}

impl Record {
    /// # Errors
    ///
    /// The file cannot be read, or is no record.
    pub fn read(path: &Path) -> io::Result<Record> {
        let text = fs::read_to_string(path)
            .map_err(|why| io::Error::new(why.kind(), format!("{}: {why}", path.display())))?;
        Record::parse(&text).ok_or_else(|| malformed(format!("{} is no record", path.display())))
    }

    pub fn parse(text: &str) -> Option<Record> {
        let mut lines = text.lines();
        let setting = lines.next()?.strip_prefix("# ")?.to_owned();
        let cells = |line: &str| line.split(',').map(str::to_owned).collect::<Vec<_>>();
        let columns = cells(lines.next()?);
        let rows: Vec<_> = lines.map(cells).collect();
        let whole = !rows.is_empty() && rows.iter().all(|row| row.len() == columns.len());
        whole.then_some(Record { setting, columns, rows })
    }

    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().map(|cells| Row { columns: &self.columns, cells })
    }

    /// The values of a column, each once, in the order in which they come.
    pub fn each(&self, column: &str) -> io::Result<Vec<&str>> {
        let mut each = Vec::new();
        for row in self.rows() {
            let value = row.text(column)?;
            if !each.contains(&value) {
                each.push(value);
            }
        }
        Ok(each)
    }

    /// The numbers of a column, in the order of the rounds, where other columns have these values.
    pub fn numbers(&self, column: &str, of: &[(&str, &str)]) -> io::Result<Vec<f64>> {
        let mut numbers = Vec::new();
        for row in self.rows() {
            let mut counts = true;
            for (column, value) in of {
                counts &= row.text(column)? == *value;
            }
            if counts {
                numbers.push(row.number(column)?);
            }
        }
        match numbers.is_empty() {
            true => Err(malformed(format!("no {column} of {of:?}"))),
            false => Ok(numbers),
        }
    }
}

impl<'record> Row<'record> {
    pub fn text(&self, column: &str) -> io::Result<&'record str> {
        let at = self.columns.iter().position(|other| other == column);
        let at = at.ok_or_else(|| malformed(format!("no column {column}")))?;
        Ok(&self.cells[at])
    }

    pub fn number(&self, column: &str) -> io::Result<f64> {
        let text = self.text(column)?;
        text.parse().map_err(|_| malformed(format!("{column} is no number: {text}")))
    }
}

/// The number in the middle; of an even count, the mean of the two.
pub fn median(numbers: &[f64]) -> f64 {
    let mut sorted = numbers.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    if sorted.len() % 2 == 1 { sorted[middle] } else { (sorted[middle - 1] + sorted[middle]) / 2.0 }
}

/// The smallest and the largest.
pub fn range(numbers: &[f64]) -> (f64, f64) {
    let (low, high) = (f64::INFINITY, f64::NEG_INFINITY);
    numbers.iter().fold((low, high), |(low, high), &number| (low.min(number), high.max(number)))
}

/// Between which numbers the middle half lies.
pub fn middle_half(numbers: &[f64]) -> (f64, f64) {
    let mut sorted = numbers.to_vec();
    sorted.sort_by(f64::total_cmp);
    let quarter = sorted.len() / 4;
    (sorted[quarter], sorted[sorted.len() - 1 - quarter])
}
