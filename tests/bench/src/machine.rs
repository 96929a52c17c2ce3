//! Where and when something was measured.

use std::fs;
use std::path::Path;
use std::process::Command;

use common::{Explain, Failure};

/// The machine and the date, in one line.
pub fn setting() -> String {
    let cpuinfo = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpuinfo.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let model = model.map_or("an unknown processor", |(_, model)| model);
    let number = cpuinfo.lines().filter(|line| line.starts_with("processor")).count();
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let kernel = kernel.split(['-', '+']).next().unwrap_or_default().trim();
    let date = output_of(Command::new("date").arg("+%F")).unwrap_or("no date".into());
    format!("{date}; {model} with {number} processors; Linux {kernel}")
}

/// How many programs wanted a processor during the last minute, on average (proc_loadavg(5)).
pub fn load_average() -> f64 {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().and_then(|load| load.parse().ok()).unwrap_or(f64::NAN)
}

/// Keeps what was measured: machine and date, then the rows, instead of what was there.
///
/// # Errors
///
/// The file cannot be written.
pub fn record(path: &Path, header: &str, rows: &[String]) -> Result<(), Failure> {
    let text = format!("# {}\n{header}\n{}\n", setting(), rows.join("\n"));
    fs::write(path, text).explain(format!("cannot write {}", path.display()))?;
    common::say!("recorded in {}", path.display())
}

/// What a command prints, or nothing.
pub fn output_of(command: &mut Command) -> Option<String> {
    let output = command.output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8(output.stdout).ok()?.trim_end().to_owned())
}
