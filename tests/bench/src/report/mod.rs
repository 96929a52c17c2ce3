//! From the recorded results to the book: the tables of its page on speed, its plots, and what a learner
//! waits for. Nothing here measures.
//!
//! The command `page` rewrites the pages, and a test demands that they are what the records say.

pub mod plot;
pub mod record;
mod tables;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use record::Record;

const PAGE: &str = "book/chapters/speed.md";
const BUFFERS: &str = "book/chapters/04-buffers.md";
const LEARNER: &str = "tests/README.md";
const FIGURES: &str = "book/chapters/figures";
const RESULTS: &str = "tests/bench/results";

/// Where the results of one kind are recorded.
pub fn recorded(root: &Path, name: &str) -> PathBuf {
    root.join(RESULTS).join(name).with_extension("csv")
}

/// Each file of the book that is drawn from the records, with the text that it must have.
///
/// # Errors
///
/// A record or the page cannot be read, or has not the form that is expected.
pub fn files(root: &Path) -> io::Result<Vec<(PathBuf, String)>> {
    let read = |name: &str| Record::read(&recorded(root, name));
    let (requests, idle, bulk) = (read("requests")?, read("idle")?, read("bulk")?);
    let (learner, buffers) = (read("learner")?, read("buffers")?);
    let mut page = fs::read_to_string(root.join(PAGE))?;
    for (name, answer, table) in [
        ("requests", tables::requests_in_short(&requests)?, tables::requests(&requests)?),
        ("idle", tables::idle_in_short(&idle)?, tables::idle(&idle)?),
        ("bulk", tables::bulk_in_short(&bulk)?, tables::bulk(&bulk)?),
    ] {
        page = with_measured(&page, &format!("{name}, in short"), &boxed(&answer))?;
        page = with_measured(&page, name, &boxed(&table))?;
    }
    let chapter = fs::read_to_string(root.join(BUFFERS))?;
    let machine = format!("(The run in the plot: {}.)", buffers.setting);
    let chapter = with_measured(&chapter, "buffers", &boxed(&machine))?;
    let waits = fs::read_to_string(root.join(LEARNER))?;
    let waits = with_measured(&waits, "learner", &tables::learner(&learner)?)?;
    let figure = |name: &str| root.join(FIGURES).join(name).with_extension("svg");
    Ok(vec![
        (root.join(PAGE), page),
        (root.join(BUFFERS), chapter),
        (root.join(LEARNER), waits),
        (figure("idle"), tables::idle_plot(&idle)?),
        (figure("chunks"), tables::bulk_plot(&bulk)?),
        (figure("draining"), tables::buffers_plot(&buffers)?),
    ])
}

/// The page with what was measured between its two marks.
fn with_measured(page: &str, name: &str, measured: &str) -> io::Result<String> {
    let (start, end) = (format!("<!-- measured: {name} -->\n"), "<!-- measured: end -->");
    let missing = || malformed(format!("a page has no mark {}", start.trim_end()));
    let (before, rest) = page.split_once(&start).ok_or_else(missing)?;
    let (_, after) = rest.split_once(end).ok_or_else(missing)?;
    Ok(format!("{before}{start}{measured}\n{end}{after}"))
}

/// What the theme shows as measured. The blank lines end the HTML, so that Markdown goes on.
fn boxed(measured: &str) -> String {
    format!("<div class=\"measured\">\n\n{measured}\n\n</div>")
}

fn malformed(why: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}
