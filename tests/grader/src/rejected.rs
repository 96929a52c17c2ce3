use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::recording;
use crate::spawn::spawn;

/// Demands that rustc refuses the program and that all errors it reports have this code.
///
/// The wording of an error changes from one rustc to the next; its code does not. So the book's
/// recording is kept for display, and only its code is compared.
pub(crate) fn with_code(file: &Path, code: &str) -> Result<(), String> {
    let (codes, message) = refuse(file)?;
    let name = file.file_stem().unwrap_or_default().to_string_lossy();
    if codes != BTreeSet::from([code.to_owned()]) {
        return Err(format!(
            "{name}.rs must be refused with {code}; rustc said {codes:?}\n{message}"
        ));
    }
    let shown = recording::display(&format!("rejected-{name}"), &message)?;
    match shown.contains(&format!("error[{code}]")) {
        true => Ok(()),
        false => Err(format!("the book's recording rejected-{name}.txt does not show {code}")),
    }
}

/// What rustc says about a program that it must refuse: the codes of its errors, and the messages
/// as it prints them in a terminal.
fn refuse(file: &Path) -> Result<(BTreeSet<String>, String), String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let root = root.canonicalize().map_err(|why| format!("no workspace: {why}"))?;
    let directory = tempfile::tempdir().map_err(|why| format!("no temporary directory: {why}"))?;
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let mut compile = Command::new(&rustc);
    compile
        .args(["--edition", "2024", "--emit", "metadata", "--error-format", "json", "--out-dir"])
        .arg(directory.path())
        // Relative, as the message names it.
        .arg(file.strip_prefix(&root).unwrap_or(file))
        .current_dir(&root)
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
