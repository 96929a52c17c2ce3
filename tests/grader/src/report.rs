use std::fmt::{self, Display};

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
            let mark = if number == failed { "-->" } else { "   " };
            writeln!(f, "{mark} {number:2}  {step}")?;
        }
        writeln!(f, "        expected  {}", broken.expected)?;
        writeln!(f, "        got       {}", broken.got)?;
        for (name, output) in &record.outputs {
            writeln!(f, "\nwhat {name} wrote")?;
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

/// How many characters of a message a report shows from each end.
const SHOWN: usize = 30;

/// Bytes as people can read them: their number, and the text with escapes, cut in the middle.
pub fn show(bytes: &[u8]) -> String {
    let characters: Vec<String> = bytes
        .utf8_chunks()
        .flat_map(|chunk| {
            let valid = chunk.valid().chars().map(|character| character.escape_debug().to_string());
            valid.chain(chunk.invalid().iter().map(|byte| format!("\\x{byte:02x}")))
        })
        .collect();
    let count = bytes.len();
    match characters.len() {
        0 => "nothing".into(),
        long if long > 2 * SHOWN => {
            let (start, end) = (&characters[..SHOWN], &characters[long - SHOWN..]);
            format!("{count} bytes \"{}\" … \"{}\"", start.concat(), end.concat())
        }
        _ => {
            let plural = if count == 1 { "" } else { "s" };
            format!("{count} byte{plural} \"{}\"", characters.concat())
        }
    }
}
