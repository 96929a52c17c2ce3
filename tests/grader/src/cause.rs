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
    use crate::output::written;
    use crate::patience::must_pass;
    use crate::trace::Trace;

    /// What the report says of a server that has written this to stderr, in the third step of a run.
    fn cause(
        errors: &str,
        found: impl FnOnce(&mut Started),
        expected: &str,
        got: &str,
    ) -> Vec<String> {
        let trace = Trace::new(must_pass());
        (1..=3).for_each(|step| trace.step(step));
        trace.connected("127.0.0.1:4312".parse().unwrap(), "the client");
        // An earlier run, and another program: neither is what the step was about.
        for (name, errors) in [("server", "error: old"), ("server", errors), ("nc", "error: nc")] {
            trace.started(name, &written("", errors), 1);
        }
        let mut record = trace.take();
        found(&mut record.programs[1]);
        likely("server", &record, &Broken::new(expected, got))
    }

    fn runs_on(_: &mut Started) {}

    fn gone(program: &mut Started) {
        program.gone = true;
    }

    fn over(program: &mut Started) {
        program.over = true;
    }

    /// What it does, what it has not read, and with whom it is connected.
    fn does(calls: &[&str], unread: &[&str], open: &[&str]) -> impl FnOnce(&mut Started) {
        let owned = |words: &[&str]| words.iter().copied().map(String::from).collect();
        let doing = Doing { calls: owned(calls), unread: owned(unread), open: owned(open) };
        |program| program.doing = Some(doing)
    }

    #[test]
    fn a_panic_explains_most() {
        let errors = "thread 'main' (1) panicked at x.rs:3:5:\nno\nerror: later\n";
        let died = "server died of a panic at x.rs, line 3: no.";
        assert_eq!(cause(errors, gone, "a byte", "nothing"), [died]);
        assert_eq!(cause(errors, over, "a byte", "nothing"), [died]);
        let thread = "A thread of server died of a panic at x.rs, line 3: no. The program runs on without it.";
        assert_eq!(cause(errors, runs_on, "a byte", "nothing"), [thread]);
    }

    #[test]
    fn what_the_grader_has_done_comes_first() {
        let errors = "thread 'main' (1) panicked at x.rs:3:5:\nno\n";
        let cut = |program: &mut Started| program.output.cut_off("it took too much".into());
        let ended = "The grader ended server: it took too much.";
        assert_eq!(cause(errors, cut, "a byte", "nothing"), [ended]);
    }

    #[test]
    fn a_program_that_has_gone_has_last_words() {
        let gone_with = |errors: &str| cause(errors, gone, "a byte", "nothing");
        let was_gone = "server was no longer there: it ended.";
        assert_eq!(gone_with(""), [was_gone]);
        assert_eq!(gone_with("one\n\ntwo\n \n"), [format!("{was_gone} Its last words: two")]);
        let last = format!("{was_gone} Its last words: error: two");
        assert_eq!(gone_with("error: one\nerror: two\nnote\n"), [last]);
        // Where the check has waited for its end, that is no news.
        let both = |program: &mut Started| (program.over, program.gone) = (true, true);
        assert!(cause("error: one", both, "a byte", "nothing").is_empty());
        assert!(cause("error: one", over, "a byte", "nothing").is_empty());
    }

    #[test]
    fn a_step_that_waits_in_vain() {
        let up = "nothing: the time was up";
        assert_eq!(cause("", runs_on, "a byte", up), ["Step 3 waited in vain."]);
        assert_eq!(
            cause(
                "",
                does(&["it waits in read on its connection with 127.0.0.1:4312"], &[], &[]),
                "a byte",
                up
            ),
            [
                "Step 3 waited in vain. What server was doing: it waits in read on its connection with the client (127.0.0.1:4312)."
            ]
        );
        assert_eq!(
            cause(
                "",
                does(&["one thread sleeps", "one thread waits"], &["1 byte lies unread"], &["x"]),
                "a byte",
                up
            ),
            [
                "Step 3 waited in vain. What server was doing: one thread sleeps; one thread waits.",
                "1 byte lies unread."
            ]
        );
        let end = "the end of the stream (read returns 0)";
        assert_eq!(
            cause("", does(&[], &[], &["127.0.0.1:4312", "127.0.0.1:1"]), end, up),
            [
                "Step 3 waited in vain.",
                "server has not ended its side of the connection with the client (127.0.0.1:4312), and 127.0.0.1:1, neither by `shutdown` nor by closing it."
            ]
        );
        assert_eq!(cause("", does(&[], &[], &[]), end, up), ["Step 3 waited in vain."]);
        // What it said was not what was waited for: it comes last.
        assert_eq!(
            cause("error: no", runs_on, "a byte", up),
            ["Step 3 waited in vain.", "The last that it said on stderr: error: no"]
        );
    }

    #[test]
    fn an_address_that_never_comes() {
        let (expected, up) =
            ("`listening on ADDRESS:PORT` as the first line", "nothing: the time was up");
        let silent = "server never printed its address: it does not listen yet, or the line has not been flushed.";
        assert_eq!(cause("", runs_on, expected, up), [silent]);
        assert_eq!(
            cause("", does(&["it sleeps"], &[], &[]), expected, up),
            [silent, "What server was doing: it sleeps."]
        );
        let wrote = "server wrote something, but no whole line on stdout.";
        assert_eq!(cause("x", runs_on, expected, up)[0], wrote);
    }

    #[test]
    fn what_came_tells_what_was_done() {
        for (expected, got, beginning) in [
            ("silence, and an open connection", "1 byte \"x\"", "server did not wait:"),
            ("a connection", "Connection refused", "server runs, but nothing listens"),
            ("a byte", "Connection reset by peer", "server runs on: it has closed"),
            ("a byte", "Broken pipe", "server runs on: it has closed"),
            ("an open connection", "not connected", "server runs on: it has closed"),
            (
                "a byte",
                "the end of the stream",
                "server ended or dropped this connection too early",
            ),
        ] {
            let said = cause("", runs_on, expected, got);
            assert!(said[0].starts_with(beginning) && said.len() == 1, "{said:?}");
        }
        assert!(cause("", runs_on, "the end of the stream", "the end of the stream").is_empty());
        assert!(cause("error: it said so", runs_on, "a byte", "2 bytes").is_empty());

        // What it said itself explains more; but not if it was to be silent.
        let said = "The last that it said on stderr: error: no";
        assert_eq!(cause("error: no", runs_on, "a byte", "Broken pipe")[0], said);
        assert_eq!(cause("error: no", runs_on, "silence", "1 byte")[1], said);
    }

    #[test]
    fn what_is_wrong_tells_something_by_itself() {
        let success = "server took an error for success: what does its `main` return?";
        assert_eq!(cause("", over, "exit code 1", "exit code 0"), [success]);
        assert!(cause("", over, "exit code 1", "exit code 2").is_empty());
        assert!(cause("", over, "exit code 2", "exit code 0").is_empty());
        let lossy = |expected| cause("", over, expected, "3 bytes \"a\u{fffd}b\"");
        assert!(lossy("3 bytes")[0].starts_with("`\u{fffd}` is what a lossy decoder writes"));
        assert!(lossy("silence").is_empty());
    }

    #[test]
    fn a_program_that_was_not_started_has_done_nothing() {
        let record = Record::default();
        assert!(likely("server", &record, &Broken::new("a byte", "the time was up")).is_empty());
    }

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
