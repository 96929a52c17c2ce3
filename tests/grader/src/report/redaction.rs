//! What is another in each run, replaced by placeholders. All else of a recording is compared, byte for byte.

/// Patterns, tried one after the other on all of a text. What is between `{` and `}` is replaced. `#` is a
/// number, `####` one of at least four digits, `%` one with a point, `~` spaces, `*` a word, `…` all up to
/// what follows, `█` the bars of a chart, `@` an address of this machine, `&` one of `private_loopback`, and
/// `^` a port in hexadecimal that the kernel picks.
const DIFFERS: &[(&str, &str)] = &[
    // `ss` aligns its columns to the longest address.
    ("[GAP]", "Send-Q{~}Local"),
    ("[GAP]", "# {~}127."),
    ("[ADDRESS]", "{&}:"),
    // The line is as long as the address.
    ("[COUNT]", "{#} bytes \"listening on [ADDRESS]"),
    // The ports that the kernel picks, which have five digits: in Rust and in `ss`, in Python, in
    // `tcpdump`, in `strace`, in /proc/net/tcp, and where lesson 0 speaks of them.
    ("[PORT]", "@:{#####}"),
    ("[PORT]", "('127.0.0.1', {#####})"),
    ("[PORT]", "IP 127.0.0.1.{#####}"),
    ("[PORT]", "> 127.0.0.1.{#####}"),
    ("[PORT]", "htons({#####})"),
    ("[PORT]", "0100007F:{^} "),
    ("[PORT]", "picked~{#}"),
    ("[PORTS]", "kernel~{# to~#}"),
    ("[PROCESS]", "thread '…' ({#}) panicked"),
    ("[SECONDS]", "--time-limit {%}"),
    ("[SECONDS]", "\"seconds\":{%}"),
    // How much fits into the kernels' buffers, and what moves between them at a time. Where the kernel has
    // little memory for sockets, it is some thousand bytes.
    ("[COUNT]", "({####} bytes have come"),
    ("[COUNT]", "({####} of # bytes have come"),
    ("[COUNT]", "{####} went back"),
    ("[COUNT]", "{####} bytes from"),
    ("[COUNT]", "granted {#}"),
    ("[COUNT]", "write: 0 of {#} bytes taken, it would block"),
    ("[COUNT]", "full: {#} bytes sent"),
    ("[COUNT]", "{~#} in the *'s kernel"),
    ("[COUNTS]", "the kernel took {# more bytes once #} were read"),
    ("[COUNTS]", "end: {# bytes sent, #} read"),
    ("[WRITES]", "{write: # of # bytes taken\n}"),
    ("[ROWS]", "{~#~#~# =~# +~# +~# █\n}"),
    ("[ROWS]", "{#~#~# =~# +~# +~# █\n}"),
    ("[ROWS]", "{~# *~#~#.##~#.#\n}"),
    ("[ROWS]", "{~# *~#~#.##~#.#~█\n}"),
    // How long a step took, on a busy machine.
    ("", "{ (took % s)}"),
    ("", "{（用了 % s）}"),
    // What `ss` shows of TCP_INFO.
    ("[COUNT]", "\nrto:{#}"),
    ("[COUNT]", "\nbackoff:{#}"),
    ("[COUNT]", "\nmss:{#}"),
    ("[COUNT]", "\ncwnd:{#}"),
    ("[COUNT]", "\nbytes_*:{#}"),
    ("[COUNT]", "\nunacked:{#}"),
    ("[COUNT]", "\nretrans:{#/#}"),
    ("[COUNT]", "\nretrans:{#}"),
    ("[COUNT]", "\nlost:{#}"),
    // How far a thread comes before the program ends.
    ("[COUNT]", "row {#} of"),
];

/// How many of these there are is another in each run.
const REPEATED: [&str; 2] = ["[ROWS]", "[WRITES]"];

/// A text without what differs from run to run.
pub(crate) fn redacted(text: &str) -> String {
    let mut text = text.to_owned();
    for (placeholder, pattern) in DIFFERS {
        text = replaced(&text, placeholder, pattern);
    }
    for placeholder in REPEATED {
        while text.contains(&placeholder.repeat(2)) {
            text = text.replace(&placeholder.repeat(2), placeholder);
        }
    }
    text
}

fn replaced(text: &str, placeholder: &str, pattern: &str) -> String {
    // Most texts have no place for most patterns, and this is quick.
    let literals = pattern.split(|sign| "{}#%~*…█^@&".contains(sign));
    if literals.max_by_key(|part| part.len()).is_some_and(|literal| !text.contains(literal)) {
        return text.to_owned();
    }
    let mut all = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        match fits(rest, pattern) {
            Some([from, to, end]) => {
                all.extend([&rest[..from], placeholder, &rest[to..end]]);
                rest = &rest[end..];
            }
            None => {
                all.push(next);
                rest = &rest[next.len_utf8()..];
            }
        }
    }
    all
}

/// Whether a text begins with this pattern: then where in it what is replaced begins and ends, and where the
/// pattern ends. Each sign takes as much as it can.
fn fits(text: &str, pattern: &str) -> Option<[usize; 3]> {
    let (mut at, mut from, mut to) = (0, 0, 0);
    let mut signs = pattern.chars().peekable();
    while let Some(sign) = signs.next() {
        let rest = &text[at..];
        let length = match sign {
            '{' => {
                from = at;
                0
            }
            '}' => {
                to = at;
                0
            }
            '#' => {
                let more = std::iter::from_fn(|| signs.next_if_eq(&'#')).count();
                length_of(rest, |c| c.is_ascii_digit()).filter(|&length| length > more)?
            }
            '%' => length_of(rest, |c| c.is_ascii_digit() || c == '.')?,
            '~' => length_of(rest, |c| c == ' ')?,
            '*' => length_of(rest, |c| c.is_alphanumeric() || c == '_')?,
            '…' => rest.find(*signs.peek()?)?,
            '█' => length_of(rest, |c| "█▓▒░".contains(c))?,
            '^' => port_in_hexadecimal(rest)?,
            '@' if rest.starts_with("[ADDRESS]") => "[ADDRESS]".len(),
            '@' => loopback(rest).map(|(length, _)| length)?,
            '&' => loopback(rest).filter(|(_, second)| (1..255).contains(second))?.0,
            literal if rest.starts_with(literal) => literal.len_utf8(),
            _ => return None,
        };
        at += length;
    }
    Some([from, to, at])
}

/// How long the beginning of a text is that has only such characters, if it has one.
fn length_of(text: &str, is_part: impl Fn(char) -> bool) -> Option<usize> {
    let length = text.find(|c| !is_part(c)).unwrap_or(text.len());
    (length > 0).then_some(length)
}

/// The length of an address in 127.0.0.0/8, and its second byte.
fn loopback(text: &str) -> Option<(usize, u32)> {
    let length = length_of(text, |c| c.is_ascii_digit() || c == '.')?;
    let mut bytes = text[..length].strip_prefix("127.")?.split('.').map(|byte| byte.parse().ok());
    let second: Option<u32> = bytes.next()?;
    (bytes.next()?.and(bytes.next()?).is_some_and(|_: u32| bytes.next().is_none()))
        .then_some((length, second?))
}

fn port_in_hexadecimal(text: &str) -> Option<usize> {
    let digits = text.get(..4)?;
    let hexadecimal = |c: char| c.is_ascii_digit() || ('A'..='F').contains(&c);
    (digits.chars().all(hexadecimal) && !digits.starts_with(['0', '1', '2'])).then_some(4)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::fs;
    use std::path::PathBuf;

    use super::redacted;
    use crate::machine::workspace;

    /// Whichever word a program no longer says, it is seen. And placeholders are not redacted again: some
    /// files have them.
    #[test]
    fn a_word_less_is_seen_in_every_recording() {
        let entries =
            |folder: PathBuf| fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let transcripts = workspace().join("book/chapters/transcripts");
        let reports = workspace().join("tests/reports");
        let folders = entries(reports.clone()).filter(|folder| !folder.ends_with("zh"));
        let folders = folders.chain(entries(reports.join("zh"))).chain([transcripts]);
        let files = folders.flat_map(entries);
        let mut seen = HashSet::new();
        let mut words = 0;
        for file in files {
            let text = fs::read_to_string(&file).unwrap();
            assert_eq!(redacted(&redacted(&text)), redacted(&text), "{}", file.display());
            for line in text.split_inclusive('\n').filter(|line| seen.insert(line.to_string())) {
                let compared = redacted(line);
                let all = line.split(|c: char| !c.is_alphabetic()).filter(|word| word.len() > 1);
                for word in all {
                    let start = word.as_ptr() as usize - line.as_ptr() as usize;
                    let without = [&line[..start], &line[start + word.len()..]].concat();
                    assert_ne!(redacted(&without), compared, "{file:?} without '{word}'");
                    words += 1;
                }
            }
        }
        assert!(words > 1000, "only {words} words were tried");
    }

    #[test]
    fn what_differs_is_redacted_as_tools_write_it() {
        let rows = "    64 B    715079    0.56   114.3  █\n".repeat(3);
        for (text, expected) in [
            ("connected: ('127.0.0.1', 43127)", "connected: ('127.0.0.1', [PORT])"),
            ("128    127.0.0.1:43127 [::1]:80", "128 [GAP]127.0.0.1:[PORT] [::1]:80"),
            ("sin_port=htons(43127), inet_addr", "sin_port=htons([PORT]), inet_addr"),
            ("IP 127.0.0.1.43127 > 127.0.0.1.9090: F", "IP 127.0.0.1.[PORT] > 127.0.0.1.9090: F"),
            ("IP 127.0.0.1.9090 > 127.0.0.1.43127: F", "IP 127.0.0.1.9090 > 127.0.0.1.[PORT]: F"),
            ("0100007F:2382 0100007F:A877 08 0:0017", "0100007F:2382 0100007F:[PORT] 08 0:0017"),
            ("on 127.3.200.9:41000, not 127.0.0.1:80", "on [ADDRESS]:[PORT], not 127.0.0.1:80"),
            (&*rows, "[ROWS]"),
        ] {
            assert_eq!(redacted(text), expected);
        }
    }
}
