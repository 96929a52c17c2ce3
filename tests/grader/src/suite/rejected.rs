use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::check::Needs;
use crate::machine::{spawn, workspace};
use crate::report;

/// What is missing here: a suite may run on another machine than the one that has built it.
pub(crate) fn missing() -> Option<String> {
    match std::env::var_os(RUSTC) {
        Some(_) => None,
        None => Needs::Program("rustc").missing(),
    }
}

/// The variable that names another compiler than the one on the PATH, as cargo knows it.
const RUSTC: &str = "RUSTC";

/// Demands that rustc refuses the program, and that all errors it reports have the code that a line
/// `//! Rejected with: E0382` in the file's head names.
pub(crate) fn as_its_head_says(file: &Path) -> Result<(), String> {
    let text = fs::read_to_string(file).map_err(|why| format!("{}: {why}", file.display()))?;
    let mut head = text.lines().map_while(|line| line.strip_prefix("//!"));
    let code = head.find_map(|line| line.trim().strip_prefix("Rejected with: "));
    with_code(file, code.ok_or("its head has no line `//! Rejected with: CODE`")?)
}

/// Demands that rustc refuses the program and that all errors it reports have this code.
///
/// The wording of an error changes from one rustc to the next; its code does not. So the book's
/// recording is kept for display, and only its code is compared.
fn with_code(file: &Path, code: &str) -> Result<(), String> {
    let (codes, message) = refuse(file)?;
    let name = file.file_stem().unwrap_or_default().to_string_lossy();
    if codes != BTreeSet::from([code.to_owned()]) {
        return Err(format!(
            "{name}.rs must be refused with {code}; rustc said {codes:?}\n{message}"
        ));
    }
    let shown = report::display(&format!("rejected-{name}"), &message)?;
    if !shown.contains(&format!("error[{code}]")) {
        return Err(format!("the book's recording rejected-{name}.txt doesn't show {code}"));
    }
    // The place of an error is the program's, not rustc's wording.
    let places = |text: &str| -> Vec<String> {
        let lines = text.lines().filter_map(|line| line.trim_start().strip_prefix("--> "));
        lines.map(String::from).collect()
    };
    match places(&shown) == places(&message) {
        true => Ok(()),
        false => Err(format!("the book's recording rejected-{name}.txt shows other lines")),
    }
}

/// What rustc says about a program that it must refuse: the codes of its errors, and the messages
/// as it prints them in a terminal.
fn refuse(file: &Path) -> Result<(BTreeSet<String>, String), String> {
    let root = workspace();
    let directory = tempfile::tempdir().map_err(|why| format!("no temporary directory: {why}"))?;
    let rustc = std::env::var_os(RUSTC).unwrap_or_else(|| "rustc".into());
    let mut compile = Command::new(&rustc);
    compile
        .args(["--edition", "2024", "--emit", "metadata", "--error-format", "json", "--out-dir"])
        .arg(directory.path())
        // Relative, as the message names it.
        .arg(file.strip_prefix(root).unwrap_or(file))
        .current_dir(root)
        .stderr(Stdio::piped());
    let output = spawn(&mut compile)
        .and_then(Child::wait_with_output)
        .map_err(|why| format!("cannot run {}: {why}", rustc.to_string_lossy()))?;
    if output.status.success() {
        return Err(format!("{} compiles; rustc must refuse it", file.display()));
    }
    let output = String::from_utf8_lossy(&output.stderr);
    let messages: Vec<Value> =
        output.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let errors = || {
        messages.iter().filter(|message| message["level"] == "error" && !message["code"].is_null())
    };
    let codes = errors().filter_map(|message| message["code"]["code"].as_str().map(String::from));
    let texts = errors().filter_map(|message| message["rendered"].as_str());
    Ok((codes.collect(), texts.collect()))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{refuse, with_code};
    use crate::machine::workspace;

    /// What becomes of a program of the book for which this code is demanded.
    fn of_the_book(code: &str) -> Result<(), String> {
        with_code(&workspace().join("lessons/lesson04/rejected/close_in_loop.rs"), code)
    }

    /// What rustc says about this program.
    fn said(program: &str) -> Result<(Vec<String>, String), String> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("program.rs");
        fs::write(&file, program).unwrap();
        refuse(&file).map(|(codes, messages)| (codes.into_iter().collect(), messages))
    }

    #[test]
    fn the_code_is_demanded_that_the_book_names() {
        assert_eq!(of_the_book("E0382"), Ok(()));
        let why = of_the_book("E0308").unwrap_err();
        assert!(why.starts_with("close_in_loop.rs must be refused with E0308; rustc"), "{why}");
        assert!(
            why.contains("E0382") && why.contains("lesson04/rejected/close_in_loop.rs:"),
            "{why}"
        );
    }

    #[test]
    fn what_compiles_is_not_refused() {
        let why = said("fn main() {}").unwrap_err();
        assert!(why.ends_with("program.rs compiles; rustc must refuse it"), "{why}");
    }

    #[test]
    fn all_errors_count_and_nothing_else() {
        // A warning about needless parentheses has a code, too, and comes first.
        let (codes, messages) = said("fn main() { if (true) {} let a: u8 = \"\"; b; }").unwrap();
        assert_eq!(codes, ["E0308", "E0425"]);
        assert!(!messages.contains("warning") && !messages.contains("aborting"), "{messages}");
        // This is not even Rust: the error has no code.
        assert_eq!(said("let there be light").unwrap(), (vec![], String::new()));
    }
}
