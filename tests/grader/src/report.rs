use std::fmt::{self, Display};
use std::sync::Arc;

use crate::check::{Broken, Check};
use crate::trace::Record;

/// What a failing check prints.
pub struct Report<'a> {
    pub(crate) check: &'a Check,
    pub(crate) subject: &'a str,
    pub(crate) record: Record,
    pub(crate) broken: Broken,
}

impl Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Report { check, subject, record, broken } = self;
        writeln!(f, "{subject} does not pass {}", check.id)?;
        writeln!(f, "{}\n", check.demands)?;
        let failed = record.steps.len();
        for (number, step) in (1..).zip(&record.steps) {
            // A check may greet hundreds of clients; what counts is how it began and what failed.
            if number > STEPS && number + STEPS <= failed {
                if number == STEPS + 1 {
                    writeln!(f, "        … and {} steps more …", failed - 2 * STEPS)?;
                }
                continue;
            }
            let mark = if number == failed { "-->" } else { "   " };
            writeln!(f, "{mark} {number:2}  {step}")?;
        }
        writeln!(f, "        expected  {}", broken.expected)?;
        writeln!(f, "        got       {}", broken.got)?;
        for (name, output) in &record.outputs {
            let runs = record.outputs.iter().filter(|(other, _)| other == name);
            // Which of its runs, where there are several.
            match runs.clone().count() {
                1 => writeln!(f, "\nwhat {name} wrote")?,
                _ => {
                    let before = runs.take_while(|(_, other)| !Arc::ptr_eq(other, output)).count();
                    writeln!(f, "\nwhat {name} wrote in its run {}", before + 1)?;
                }
            }
            let wrote = output.text();
            match wrote.is_empty() {
                true => writeln!(f, "    nothing")?,
                false => wrote.iter().try_for_each(|line| writeln!(f, "    {line}"))?,
            }
        }
        if !check.hint.is_empty() {
            writeln!(f, "\nHint: {}", check.hint)?;
        }
        write!(f, "Read: {} in the book (cargo run -p book)", check.section)
    }
}

/// How many steps a report shows from each end.
const STEPS: usize = 16;

/// How many characters of a message a report shows from each end.
const SHOWN: usize = 30;

/// Bytes as people can read them: their number, and the text with escapes, cut in the middle.
pub fn show(bytes: &[u8]) -> String {
    // Enough for what is shown, so that a megabyte costs no more than a line.
    const ENOUGH: usize = 4 * (SHOWN + 1);
    let count = bytes.len();
    if bytes.is_empty() {
        return "nothing".into();
    }
    if count > 2 * ENOUGH {
        let (start, end) = (characters(&bytes[..ENOUGH]), characters(tail(bytes, ENOUGH)));
        let (start, end) = (&start[..SHOWN], &end[end.len() - SHOWN..]);
        return format!("{count} bytes \"{}\" … \"{}\"", start.concat(), end.concat());
    }
    let all = characters(bytes);
    match all.len() {
        long if long > 2 * SHOWN => {
            let (start, end) = (&all[..SHOWN], &all[long - SHOWN..]);
            format!("{count} bytes \"{}\" … \"{}\"", start.concat(), end.concat())
        }
        _ => {
            let plural = if count == 1 { "" } else { "s" };
            format!("{count} byte{plural} \"{}\"", all.concat())
        }
    }
}

/// Each character, and each byte that belongs to none, as it is shown.
fn characters(bytes: &[u8]) -> Vec<String> {
    bytes
        .utf8_chunks()
        .flat_map(|chunk| {
            let valid = chunk.valid().chars().map(|character| character.escape_debug().to_string());
            valid.chain(chunk.invalid().iter().map(|byte| format!("\\x{byte:02x}")))
        })
        .collect()
}

/// The last bytes, beginning where a character begins.
fn tail(bytes: &[u8], length: usize) -> &[u8] {
    let tail = &bytes[bytes.len() - length..];
    let inside = tail.iter().take(3).take_while(|byte| (0x80..0xc0).contains(*byte)).count();
    &tail[inside..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_shown_with_escapes_and_cut_in_the_middle() {
        assert_eq!(show(b""), "nothing");
        assert_eq!(show(b"x"), "1 byte \"x\"");
        assert_eq!(show("你\n\"".as_bytes()), "5 bytes \"你\\n\\\"\"");
        assert_eq!(show(b"a\xff"), "2 bytes \"a\\xff\"");
        for count in [100, 1000, 100_000] {
            let thirty = "你".repeat(SHOWN);
            let expected = format!("{} bytes \"{thirty}\" … \"{thirty}\"", 3 * count);
            assert_eq!(show("你".repeat(count).as_bytes()), expected);
        }
    }
}
