use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// Demands that rustc refuses the program and that all errors it reports have this code.
///
/// The wording of an error changes from one rustc to the next; its code does not.
pub(crate) fn with_code(file: &Path, code: &str) -> Result<(), String> {
    let directory = tempfile::tempdir().map_err(|why| format!("no temporary directory: {why}"))?;
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(&rustc)
        .args(["--edition", "2024", "--emit", "metadata", "--error-format", "json", "--out-dir"])
        .arg(directory.path())
        .arg(file)
        .output()
        .map_err(|why| format!("cannot run {}: {why}", rustc.to_string_lossy()))?;
    if output.status.success() {
        return Err(format!("{} compiles; rustc must refuse it with {code}", file.display()));
    }
    let messages = String::from_utf8_lossy(&output.stderr);
    let codes: BTreeSet<String> = messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|message| message["level"] == "error")
        .filter_map(|message| message["code"]["code"].as_str().map(String::from))
        .collect();
    match codes == BTreeSet::from([code.to_owned()]) {
        true => Ok(()),
        false => Err(format!(
            "{} must be refused with {code}; rustc said {codes:?}\n{messages}",
            file.display()
        )),
    }
}
