use std::fs;
use std::path::{Path, PathBuf};

use crate::check::{Broken, Outcome};

/// Compares what a program wrote with the recording that the book shows.
///
/// Ports differ from run to run and are not compared. `SNAPSHOTS=overwrite cargo test` records anew.
pub(crate) fn compare(name: &str, text: &str, mask: Mask) -> Outcome {
    let recorded = fs::read_to_string(file(name)).unwrap_or_default();
    if masked(&recorded, mask) == masked(text, mask) {
        return Ok(());
    }
    if overwrites() {
        return write(name, text);
    }
    let expected = format!(
        "what book/chapters/transcripts/{name}.txt shows (SNAPSHOTS=overwrite records anew)\n{recorded}"
    );
    Err(Broken::new(expected, format!("\n{text}")))
}

/// A recording that is not compared, only kept for display: what the book shows now.
pub(crate) fn display(name: &str, text: &str) -> Outcome<String> {
    if overwrites() {
        write(name, text)?;
    }
    let missing = |_| Broken::new("a recording", format!("there is no {name}.txt"));
    fs::read_to_string(file(name)).map_err(missing)
}

fn file(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../book/chapters/transcripts");
    folder.join(format!("{name}.txt"))
}

fn overwrites() -> bool {
    std::env::var_os("SNAPSHOTS").is_some_and(|mode| mode == "overwrite")
}

fn write(name: &str, text: &str) -> Outcome {
    fs::write(file(name), text)
        .map_err(|why| Broken::new(format!("{name}.txt can be written"), why))
}

/// What may differ between a recording and a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mask {
    /// The ports of addresses.
    Ports,
    /// The ports as `ss`, `strace`, `tcpdump` and `/proc/net/tcp` write them, and the width of columns.
    Sockets,
    /// All numbers, and the length of what is drawn with them: measurements.
    Numbers,
}

fn masked(text: &str, mask: Mask) -> String {
    if mask == Mask::Sockets {
        let line =
            |line: &str| line.split_whitespace().map(without_port).collect::<Vec<_>>().join(" ");
        return text.lines().map(line).collect::<Vec<_>>().join("\n");
    }
    let mut masked = String::new();
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let (before, number) = rest.split_at(start);
        masked += before;
        let end = number.find(|c: char| !c.is_ascii_digit()).unwrap_or(number.len());
        // An address in Rust is `127.0.0.1:9090`, in Python `('127.0.0.1', 9090)`.
        let port = before.ends_with(':') || before.ends_with("', ");
        masked += if port || mask == Mask::Numbers { "#" } else { &number[..end] };
        rest = &number[end..];
    }
    masked += rest;
    match mask {
        Mask::Ports | Mask::Sockets => masked,
        // Columns are aligned to the width of their numbers, and bars drawn to their size.
        Mask::Numbers => {
            let drawn = |c: char| c == ' ' || ('\u{2580}'..='\u{259f}').contains(&c);
            let lines = masked.lines().map(|line| {
                line.split(drawn).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
            });
            // How many rows a table has is a measurement too.
            let mut rows: Vec<String> = lines.collect();
            rows.dedup();
            rows.join("\n")
        }
    }
}

/// A word without the port in it: `127.0.0.1:47876`, `127.0.0.1.47876`, `0100007F:BB04` or
/// `{sin_port=htons(47876),`.
fn without_port(word: &str) -> String {
    let (start, end) = if let Some((before, _)) = word.split_once("htons(") {
        let start = before.len() + "htons(".len();
        (start, word[start..].find(')').map_or(word.len(), |end| start + end))
    } else {
        let (word, dots) = (word.trim_end_matches(':'), word.matches('.').count());
        let start = word.rfind(if dots == 4 { '.' } else { ':' }).map_or(word.len(), |at| at + 1);
        (start, word.len())
    };
    let port = &word[start..end];
    let decimal = port.len() <= 5 && port.parse::<u16>().is_ok();
    let hex = port.len() == 4 && u16::from_str_radix(port, 16).is_ok();
    match decimal || hex {
        true => format!("{}#{}", &word[..start], &word[end..]),
        false => word.to_owned(),
    }
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

    #[test]
    fn ports_are_masked_and_nothing_else() {
        let masked = |text| super::masked(text, Mask::Ports);
        assert_eq!(masked("127.0.0.1:4312 sent 22 bytes"), "127.0.0.1:# sent 22 bytes");
        assert_eq!(masked("('127.0.0.1', 4312)"), "('127.0.0.1', #)");
        assert_ne!(masked("sent 22 bytes"), masked("sent 23 bytes"));
    }

    #[test]
    fn ports_are_masked_as_tools_write_them() {
        let masked = |text| super::masked(text, Mask::Sockets);
        assert_eq!(masked("ESTAB 23   127.0.0.1:4312 [::1]:80"), "ESTAB 23 127.0.0.1:# [::1]:#");
        assert_eq!(
            masked("bind(3, {sin_port=htons(4312), inet_addr(\"127.0.0.1\")}, 16) = 0"),
            "bind(3, {sin_port=htons(#), inet_addr(\"127.0.0.1\")}, 16) = 0"
        );
        assert_eq!(masked("IP 127.0.0.1.4312 > 127.0.0.1.9: F"), "IP 127.0.0.1.# > 127.0.0.1.#: F");
        assert_eq!(masked("0100007F:BB04 08 00000000:0017"), "0100007F:# 08 00000000:#");
        assert_eq!(masked("0A 00000000:00000001"), "0A 00000000:00000001");
    }

    #[test]
    fn measurements_are_masked_with_their_bars() {
        let masked = |text| super::masked(text, Mask::Numbers);
        assert_eq!(masked("  64  12.5 MB/s  ██▌"), masked("1024   7.5 MB/s  ████"));
        assert_ne!(masked("64  12.5 MB/s"), masked("64  12.5 kB/s"));
        assert_eq!(masked("size\n 1 █\n 2 ██\nend"), masked("size\n 7 █\nend"));
    }

    #[test]
    fn a_traceback_keeps_its_first_and_last_line() {
        let traceback = "Traceback:\n  File \"x.py\"\n    listener.recv()\n    ^^^^\nOSError: no\n";
        assert_eq!(without_frames(traceback), "Traceback:\n  ...\nOSError: no\n");
    }
}
