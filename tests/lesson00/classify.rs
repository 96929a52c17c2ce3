//! What a program says of words that may be addresses.

use std::cmp::Reverse;

use grader::{Hint, Outcome, Run, text};

const FORM: &str = "Is each line the address as it was given, a colon, a blank, and what the address and the port are?";

/// Demands the right line for each of these addresses, in this order.
pub fn classifies(run: &mut Run, expected: &[(String, String)]) -> Outcome {
    let addresses: Vec<&str> = expected.iter().map(|(address, _)| &**address).collect();
    let finished = run.to_end(&[&["classify"], &addresses[..]].concat())?;
    let lines: Vec<String> =
        expected.iter().map(|(address, class)| format!("{address}: {class}")).collect();
    prints(run, &finished.stdout(), &lines)?;
    finished
        .exited_with(0)
        .hint("With which exit code does your program end when all addresses are good?")?;
    Ok(())
}

/// Demands an error for each of these words, which aren't addresses.
pub fn refuses(run: &mut Run, words: &[&str]) -> Outcome {
    let stderr = refused(run, words)?;
    let errors: Vec<&str> = stderr.lines().filter(|line| grader::explains(line)).collect();
    let missing = first_without_a_line(words, &errors);
    let got = missing.map(|word| text!("no such line for {word}", word)).unwrap_or_default();
    let statement =
        text!("each of them has a line `error: WHAT: WHY` of its own on stderr that names it");
    run.ensure(statement, missing.is_none(), got)
        .hint("How does a person learn which of the words were bad?")
}

/// The first of these words that gets no line of its own. A line can name several, since some words are parts
/// of others, and since advice names a good address: so a line that is taken may be left to another word. Long
/// words choose first, so that it's the short one that goes without.
fn first_without_a_line<'a>(words: &[&'a str], lines: &[&str]) -> Option<&'a str> {
    fn finds(
        word: usize,
        words: &[&str],
        lines: &[&str],
        taken: &mut [Option<usize>],
        tried: &mut [bool],
    ) -> bool {
        (0..lines.len()).any(|line| {
            if tried[line] || !lines[line].contains(words[word]) {
                return false;
            }
            tried[line] = true;
            let is_free = taken[line].is_none_or(|other| finds(other, words, lines, taken, tried));
            if is_free {
                taken[line] = Some(word);
            }
            is_free
        })
    }
    let mut taken = vec![None; lines.len()];
    let mut places: Vec<usize> = (0..words.len()).collect();
    places.sort_by_key(|&place| Reverse(words[place].len()));
    let mut places = places.into_iter();
    let place =
        places.find(|&word| !finds(word, words, lines, &mut taken, &mut vec![false; lines.len()]));
    place.map(|place| words[place])
}

/// Demands an error for the empty word. A program that names it as it is has nothing to write, so that the line
/// may lack a part.
pub fn refuses_the_empty_word(run: &mut Run) -> Outcome {
    let finished = run.to_end(&["classify", ""])?.said_exactly("")?;
    let complains = finished.stderr().lines().any(|line| line.starts_with("error:"));
    run.ensure("an empty word has a line `error: WHAT: WHY` on stderr", complains, "no such line")
        .hint("Is an empty word an address?")?;
    finished.exited_with(1).hint("How does a script learn that a word was bad?")?;
    Ok(())
}

/// Demands an error for words that a program may print in another way.
pub fn refuses_in_any_words(run: &mut Run, words: &[&str]) -> Outcome {
    refused(run, words).map(|_| ())
}

/// Demands that the program takes none of these words for an address. Returns its standard error.
fn refused(run: &mut Run, words: &[&str]) -> Outcome<String> {
    let finished = run.to_end(&[&["classify"], words].concat())?.said_exactly("")?;
    let stderr = finished.stderr();
    finished
        .explained()
        .hint("Where do your errors go, and how do they begin?")?
        .exited_with(1)
        .hint("How does a script learn that a word was bad?")?;
    Ok(stderr)
}

/// Demands these lines and no more.
pub fn prints(run: &mut Run, stdout: &str, lines: &[String]) -> Outcome {
    let mut printed = stdout.lines();
    for (number, line) in (1..).zip(lines) {
        let got = printed.next();
        let statement = text!("`{line}` is line {number} of its stdout", line, number);
        let shown = got.map_or_else(|| text!("no such line"), |got| format!("`{got}`"));
        let outcome = run.ensure(statement, got == Some(line), shown);
        // The same words, but for the address: the form is wrong, and not what the program knows.
        let class = line.rsplit_once(": ").map_or("", |(_, class)| class);
        match got.is_some_and(|got| !class.is_empty() && got.ends_with(class)) {
            true => outcome.hint(FORM)?,
            false => outcome?,
        }
    }
    let more = printed.next();
    run.ensure("there are no more lines", more.is_none(), more.unwrap_or_default())
        .hint("What else does your program print to stdout?")
}
