//! Recordings: what programs wrote in a run, kept in files that the book shows or that are reviewed like
//! its text. The suite replays each of them. `SNAPSHOTS=overwrite cargo test` writes those anew that differ.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use regex::Regex;
use snapbox::assert::{Action, DEFAULT_ACTION_ENV};
use snapbox::{Assert, IntoData, Redactions};

use crate::check::{Broken, Outcome};
use crate::workspace::workspace;

/// What is another in each run: the group `redacted` of a pattern, or all that it matches. All else is
/// compared, byte for byte.
const DIFFERS: &[(&str, &str)] = &[
    // The ports that the kernel picks, which have five digits: in Rust and in `ss`, in Python, in
    // `tcpdump`, in `strace`, in /proc/net/tcp, and where lesson 0 speaks of them.
    ("[PORT]", r"(?:127\.\d+\.\d+\.\d+|\[ADDRESS\]):(?<redacted>\d{5})"),
    ("[PORT]", r"\('127\.0\.0\.1', (?<redacted>\d{5})\)"),
    ("[PORT]", r"IP [^\n]*127\.0\.0\.1\.(?<redacted>\d{5})"),
    ("[PORT]", r"htons\((?<redacted>\d{5})\)"),
    ("[PORT]", r"0100007F:(?<redacted>[3-9A-F][0-9A-F]{3}) "),
    ("[PORT]", r"picked +(?<redacted>\d+)"),
    ("[PORTS]", r"kernel +(?<redacted>\d+ to +\d+)"),
    // Of `private_loopback`, which never has 255 here; and `ss` aligns its columns to it.
    ("[ADDRESS]", r"(?<redacted>127\.(?:[1-9]\d?|1\d\d|2[0-4]\d|25[0-4])\.\d+\.\d+):"),
    ("[GAP]", r"(?:Send-Q|\d )(?<redacted> +)(?:Local|127\.)"),
    ("[PROCESS]", r"thread '[^']*' \((?<redacted>\d+)\) panicked"),
    ("[SECONDS]", r"--time-limit (?<redacted>[0-9.]+)"),
    ("[SECONDS]", r#""seconds":(?<redacted>[0-9.]+)"#),
    // How much fits into the kernels' buffers, and what moves between them at a time. Where the kernel has
    // little memory for sockets, it is some thousand bytes.
    ("[COUNT]", r"\((?<redacted>\d{4,}) (?:of \d+ )?bytes have come"),
    ("[COUNT]", r"(?<redacted>\d{4,}) went back"),
    ("[COUNT]", r"(?<redacted>\d{4,}) bytes from"),
    ("[COUNT]", r"granted (?<redacted>\d+)"),
    ("[COUNT]", r"write: 0 of (?<redacted>\d+) bytes taken, it would block"),
    ("[COUNT]", r"full: (?<redacted>\d+) bytes sent"),
    ("[COUNT]", r"(?<redacted> +\d+) in the \w+'s kernel"),
    ("[COUNTS]", r"the kernel took (?<redacted>\d+ more bytes once \d+) were read"),
    ("[COUNTS]", r"end: (?<redacted>\d+ bytes sent, \d+) read"),
    ("[WRITES]", r"(?:write: \d+ of \d+ bytes taken\n)+"),
    ("[ROWS]", r"(?: *\d+ +\d+ +\d+ = +\d+ \+ +\d+ \+ +\d+ [█▓▒░]+\n)+"),
    ("[ROWS]", r"(?: +\d+ (?:B|KiB|MiB) +\d+ +\d+\.\d\d +\d+\.\d(?:  █+)?\n)+"),
    // What `ss` shows of TCP_INFO.
    (
        "[COUNT]",
        r"\n(?:rto|backoff|mss|cwnd|bytes_\w+|unacked|retrans|lost):(?<redacted>\d+(?:/\d+)?)",
    ),
    // How far a thread comes before the program ends.
    ("[COUNT]", r"row (?<redacted>\d+) of"),
];

/// A text without what differs from run to run.
pub(crate) fn redacted(text: &str) -> String {
    static REDACTIONS: LazyLock<Redactions> = LazyLock::new(|| {
        let patterns = DIFFERS
            .iter()
            .map(|&(placeholder, pattern)| (placeholder, Regex::new(pattern).expect("a pattern")));
        let mut redactions = Redactions::new();
        redactions.extend(patterns).expect("placeholders");
        redactions
    });
    REDACTIONS.redact(text)
}

/// Demands that a text is what this file holds, but for what differs from run to run.
pub(crate) fn compare(file: &Path, text: &str) -> Result<(), String> {
    compare_or(action(), file, text)
}

/// What becomes of a recording that differs.
pub(crate) fn action() -> Action {
    Action::with_env_var(DEFAULT_ACTION_ENV).unwrap_or_default()
}

/// Whether what differs is recorded anew.
pub(crate) fn overwrites() -> bool {
    action() == Action::Overwrite
}

pub(crate) fn compare_or(action: Action, file: &Path, text: &str) -> Result<(), String> {
    // No file yet is as good as an empty one.
    let recorded = fs::read_to_string(file).unwrap_or_default();
    // Raw: what looks like a wildcard in a recording is none.
    let (recorded, shown) = (redacted(&recorded).into_data().raw(), redacted(text));
    let verify = Assert::new().action(Action::Verify).normalize_paths(false);
    match (verify.try_eq(Some(&"this run"), shown.into_data(), recorded), action) {
        (Ok(()), _) => Ok(()),
        // The book shows what a reader will see: with ports, not with placeholders.
        (Err(_), Action::Overwrite) => write(file, text),
        (Err(difference), _) => Err(format!(
            "\n{}\n{DEFAULT_ACTION_ENV}=overwrite cargo test records {} anew\n",
            difference.to_string().trim_matches('\n'),
            file.strip_prefix(workspace()).unwrap_or(file).display()
        )),
    }
}

fn write(file: &Path, text: &str) -> Result<(), String> {
    fs::write(file, text).map_err(|why| format!("cannot write {}: {why}", file.display()))
}

/// Demands that the book shows this output: `book/chapters/transcripts/NAME.txt`.
///
/// # Errors
///
/// Says in which lines they differ.
pub fn recorded(name: &str, text: &str) -> Outcome {
    let expected = format!("what book/chapters/transcripts/{name}.txt shows");
    compare(&transcript(name), text).map_err(|why| Broken::new(expected, why))
}

/// A recording that is not compared, only kept for display: what the book shows now.
pub(crate) fn display(name: &str, text: &str) -> Result<String, String> {
    display_or(action(), &transcript(name), text)
}

fn display_or(action: Action, file: &Path, text: &str) -> Result<String, String> {
    if action == Action::Overwrite {
        write(file, text)?;
    }
    fs::read_to_string(file).map_err(|why| format!("cannot read {}: {why}", file.display()))
}

fn transcript(name: &str) -> PathBuf {
    workspace().join("book/chapters/transcripts").join(name).with_extension("txt")
}

/// A Python traceback as the book shows it: without the lines that name files and carets.
pub fn without_frames(stderr: &str) -> String {
    let mut shown: Vec<&str> = Vec::new();
    for line in stderr.lines() {
        let line = if line.starts_with("  ") { "  ..." } else { line };
        if line != "  ..." || shown.last() != Some(&"  ...") {
            shown.push(line);
        }
    }
    shown.into_iter().map(|line| format!("{line}\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spawn::said_with;

    const SESSION: &str = "$ cargo run -p lesson02\n127.0.0.1:43127 sent 22 bytes\n";

    fn kept() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("session.txt");
        fs::write(&file, SESSION).unwrap();
        (folder, file)
    }

    #[test]
    fn another_port_is_no_difference() {
        let (_folder, file) = kept();
        let run = SESSION.replace("43127", "56789");
        assert_eq!(compare_or(Action::Verify, &file, &run), Ok(()));
        assert_eq!(compare_or(Action::Overwrite, &file, &run), Ok(()));
        assert_eq!(fs::read_to_string(&file).unwrap(), SESSION, "is not written without need");
    }

    #[test]
    fn a_difference_is_shown_and_can_be_recorded() {
        let (_folder, file) = kept();
        let run = SESSION.replace("22 bytes", "23 bytes").replace("43127", "56789");
        let why = compare_or(Action::Verify, &file, &run).unwrap_err();
        for shown in ["- 127.0.0.1:[PORT] sent 22", "+ 127.0.0.1:[PORT] sent 23", "overwrite"] {
            assert!(why.contains(shown), "{why}");
        }
        assert_eq!(fs::read_to_string(&file).unwrap(), SESSION);
        assert_eq!(compare_or(Action::Overwrite, &file, &run), Ok(()));
        assert_eq!(fs::read_to_string(&file).unwrap(), run);
    }

    #[test]
    fn what_is_only_shown_can_be_recorded() {
        let (_folder, file) = kept();
        assert_eq!(display_or(Action::Verify, &file, "new").as_deref(), Ok(SESSION));
        assert_eq!(display_or(Action::Overwrite, &file, "new").as_deref(), Ok("new"));
        assert_eq!(fs::read_to_string(&file).unwrap(), "new");
    }

    /// Run by the other test.
    #[test]
    fn what_becomes_of_a_difference() {
        println!("a difference: {:?}.", action());
    }

    #[test]
    fn the_environment_says_what_becomes_of_a_difference() {
        for (word, what) in [("verify", "Verify"), ("overwrite", "Overwrite")] {
            let test = "recording::tests::what_becomes_of_a_difference";
            let said = said_with(DEFAULT_ACTION_ENV, word, test);
            assert!(said.contains(&format!("a difference: {what}.")), "{said}");
        }
    }

    /// Whichever word a program no longer says, it is seen. And placeholders are not redacted again: some
    /// files have them.
    #[test]
    fn a_word_less_is_seen_in_every_recording() {
        let transcripts = workspace().join("book/chapters/transcripts");
        let reports = fs::read_dir(workspace().join("tests/reports")).unwrap();
        let folders = reports.map(|lesson| lesson.unwrap().path()).chain([transcripts]);
        let files = folders.flat_map(|folder| fs::read_dir(folder).unwrap());
        let word = Regex::new(r"[^\W\d]{2,}").unwrap();
        let mut words = 0;
        for file in files.map(|file| file.unwrap().path()) {
            let text = fs::read_to_string(&file).unwrap();
            assert_eq!(redacted(&redacted(&text)), redacted(&text), "{}", file.display());
            for line in text.split_inclusive('\n') {
                let compared = redacted(line);
                for word in word.find_iter(line) {
                    let without = [&line[..word.start()], &line[word.end()..]].concat();
                    let (file, word) = (file.display(), word.as_str());
                    assert_ne!(redacted(&without), compared, "{file} without '{word}'");
                    words += 1;
                }
            }
        }
        assert!(words > 1000, "only {words} words were tried");
    }

    #[test]
    fn ports_are_redacted_as_tools_write_them() {
        for (text, expected) in [
            ("connected: ('127.0.0.1', 43127)", "connected: ('127.0.0.1', [PORT])"),
            ("128    127.0.0.1:43127 [::1]:80", "128 [GAP]127.0.0.1:[PORT] [::1]:80"),
            ("sin_port=htons(43127), inet_addr", "sin_port=htons([PORT]), inet_addr"),
            ("IP 127.0.0.1.43127 > 127.0.0.1.9090: F", "IP 127.0.0.1.[PORT] > 127.0.0.1.9090: F"),
            ("IP 127.0.0.1.9090 > 127.0.0.1.43127: F", "IP 127.0.0.1.9090 > 127.0.0.1.[PORT]: F"),
            ("0100007F:2382 0100007F:A877 08 0:0017", "0100007F:2382 0100007F:[PORT] 08 0:0017"),
        ] {
            assert_eq!(redacted(text), expected);
        }
    }

    #[test]
    fn the_number_of_measured_rows_is_no_difference() {
        let row = "    64 B    715079    0.56   114.3  █\n";
        let (few, many) = (row.repeat(2), row.repeat(3));
        assert_eq!(redacted(&few), redacted(&many));
    }

    #[test]
    fn a_traceback_keeps_its_first_and_last_line() {
        let traceback = "Traceback:\n  File \"x.py\"\n    listener.recv()\n    ^^^^\nOSError: no\n";
        assert_eq!(without_frames(traceback), "Traceback:\n  ...\nOSError: no\n");
    }
}
