use std::process::ExitStatus;

use crate::check::Broken;
use crate::doing::Doing;
use crate::program::ended;
use crate::trace::{Record, Started};

/// What probably went wrong, in plain words: sentences from what is known about the program that was
/// under test and about the step that failed.
pub(crate) fn likely(subject: &str, record: &Record, broken: &Broken) -> Vec<String> {
    let step = record.steps.len();
    let mut cause = Vec::new();
    // Of several runs of one program the last is the one that the step was about.
    let program = record.programs.iter().rfind(|program| program.name == subject);
    if let Some(program) = program {
        let errors = program.output.errors();
        if let Some(why) = program.output.why_cut_off() {
            cause.push(format!("The grader ended {subject}: {why}."));
        } else if let Some(panic) = panic(&errors).or_else(|| traceback(&errors)) {
            cause.push(match program.gone || program.over {
                true => format!("{subject} died of {panic}."),
                false => format!(
                    "A thread of {subject} died of {panic}. The program runs on without it."
                ),
            });
        } else if program.gone && !program.over {
            cause.push(early_end(subject, program.status, &errors));
        } else if !program.over {
            let alive = alive(subject, program, broken, step);
            cause.extend(alive.into_iter().map(|sentence| named(sentence, record)));
            if let (Some(said), false) = (last_words(&errors), cause.is_empty()) {
                // What it said itself explains most, unless it was waited for in vain.
                let late =
                    broken.got.contains("time was up") || broken.expected.starts_with("silence");
                let at = if late { cause.len() } else { 0 };
                cause.insert(at, format!("The last that it said on stderr: {said}"));
            }
        }
    }
    if broken.expected == "exit code 1" && broken.got == "exit code 0" {
        cause.push(format!("{subject} took an error for success: what does its `main` return?"));
    }
    cause.extend(bytes(broken));
    cause
}

/// Names say more than ports.
fn named(mut sentence: String, record: &Record) -> String {
    for (address, name) in &record.peers {
        sentence = sentence.replace(&address.to_string(), &format!("{name} ({address})"));
    }
    sentence
}

fn early_end(subject: &str, status: Option<ExitStatus>, errors: &str) -> String {
    let words =
        last_words(errors).map(|line| format!(" Its last words: {line}")).unwrap_or_default();
    let how = status.map_or("it ended".into(), ended);
    format!("{subject} was no longer there: {how}.{words}")
}

/// The last error that a program reported, or else the last line on stderr.
fn last_words(errors: &str) -> Option<&str> {
    let mut lines = errors.lines().filter(|line| !line.trim().is_empty());
    errors.lines().rfind(|line| line.starts_with("error: ")).or_else(|| lines.next_back())
}

/// Of a program that has not ended.
fn alive(subject: &str, program: &Started, broken: &Broken, step: usize) -> Vec<String> {
    let got = |words: &str| broken.got.contains(words);
    let nothing = Doing::default();
    let doing = program.doing.as_ref().unwrap_or(&nothing);
    let mut cause = Vec::new();
    if got("time was up") {
        if broken.expected.contains("`listening on") {
            cause.push(match program.output.is_empty() {
                true => format!("{subject} never printed its address: it does not listen yet, or the line has not been flushed."),
                false => format!("{subject} wrote something, but no whole line on stdout."),
            });
        } else if doing.calls.is_empty() {
            cause.push(format!("Step {step} waited in vain."));
        }
        if !doing.calls.is_empty() {
            let step = match cause.is_empty() {
                true => format!("Step {step} waited in vain. "),
                false => String::new(),
            };
            cause.push(format!("{step}What {subject} was doing: {}.", doing.calls.join("; ")));
        }
        cause.extend(doing.unread.iter().map(|unread| format!("{unread}.")));
        if broken.expected.contains("the end of the stream") && !doing.open.is_empty() {
            let open = doing.open.join(", and ");
            cause.push(format!(
                "{subject} has not ended its side of the connection with {open}, neither by `shutdown` nor by closing it."
            ));
        }
    } else if broken.expected.starts_with("silence") {
        cause.push(format!("{subject} did not wait: it took what had come so far for all of it."));
    } else if got("refused") {
        cause.push(format!("{subject} runs, but nothing listens at this address: its listener has been closed, or is another one."));
    } else if got("reset by peer") || got("Broken pipe") || got("not connected") {
        cause.push(format!("{subject} runs on: it has closed this connection with input that it had not read, and a close with unread input is a reset."));
    } else if got("the end of the stream") && !broken.expected.contains("the end of") {
        cause.push(format!("{subject} ended or dropped this connection too early: closing needs no call, a value that goes out of scope is closed."));
    }
    cause
}

/// What the wrong bytes themselves tell.
fn bytes(broken: &Broken) -> Option<String> {
    // Too early is worse than wrong.
    let replaced = broken.got.contains('\u{fffd}') && !broken.expected.starts_with("silence");
    replaced.then(|| "`\u{fffd}` is what a lossy decoder writes for bytes that it cannot decode: what is no text at all, or a part of a character.".into())
}

/// `a panic at FILE, line N: MESSAGE`, of the first panic on stderr.
fn panic(errors: &str) -> Option<String> {
    let mut lines = errors.lines().skip_while(|line| !line.contains(" panicked at "));
    let (_, place) = lines.next()?.split_once(" panicked at ")?;
    let mut place = place.trim_end_matches(':').split(':');
    let (file, line) = (place.next()?, place.next()?);
    let message = lines.next().unwrap_or_default();
    Some(format!("a panic at {file}, line {line}: {message}"))
}

/// `an exception at FILE, line N: MESSAGE`, of the last one in Python.
fn traceback(errors: &str) -> Option<String> {
    let (_, traceback) = errors.rsplit_once("Traceback (most recent call last):")?;
    let mut lines = traceback.lines();
    let place = lines.by_ref().filter(|line| line.starts_with("  ")).filter_map(|line| {
        let (file, rest) = line.trim().strip_prefix("File \"")?.split_once("\", line ")?;
        Some((file, rest.split(',').next()?))
    });
    let (file, line) = place.last()?;
    let message = traceback.lines().skip(1).find(|line| !line.starts_with(' '))?;
    Some(format!("an exception at {file}, line {line}: {message}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_named_with_its_line() {
        let errors = "\nthread 'main' (12) panicked at lessons/lesson02/exercise.rs:33:80:\ncalled `unwrap`\nnote: run\n";
        let expected = "a panic at lessons/lesson02/exercise.rs, line 33: called `unwrap`";
        assert_eq!(panic(errors).as_deref(), Some(expected));
        assert_eq!(panic("error: cannot read"), None);
    }

    #[test]
    fn an_exception_is_named_with_its_innermost_line() {
        let errors = "Traceback (most recent call last):\n  File \"server.py\", line 9, in <module>\n    serve()\n  \
                      File \"server.py\", line 4, in serve\n    listener.recv(1)\nOSError: [Errno 107] no\n";
        let expected = "an exception at server.py, line 4: OSError: [Errno 107] no";
        assert_eq!(traceback(errors).as_deref(), Some(expected));
        assert_eq!(traceback("error: cannot read"), None);
    }
}
