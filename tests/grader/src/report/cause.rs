use std::process::ExitStatus;
use std::time::Duration;

use crate::actors::{Record, Started, cut};
use crate::check::Broken;
use crate::machine::Activity;
use crate::words::{causes, demands, steps};

/// What probably went wrong, in plain words: sentences from what is known about the program that was
/// under test and about the step that failed.
pub(crate) fn likely(subject: &str, record: &Record, broken: &Broken) -> Vec<String> {
    let step = record.steps.len();
    let mut cause = Vec::new();
    let program = program(subject, record);
    if let Some(program) = program {
        let errors = program.output.errors();
        if let Some(why) = program.output.why_cut_off() {
            cause.push(causes::cut_off(subject, &why));
        } else if let Some(panic) = panic(&errors).or_else(|| traceback(&errors)) {
            cause.push(match program.gone || program.over {
                true => causes::died(subject, &panic),
                false => causes::thread_died(subject, &panic),
            });
        } else if program.gone && !program.over && is_to_end(subject, program, record, broken) {
            // Its end is what was asked for.
        } else if program.gone && !program.over {
            cause.extend(end(subject, program.status, &errors, broken));
        } else if !program.over {
            let alive = alive(subject, program, broken, step);
            cause.extend(alive.into_iter().map(|sentence| named(sentence, record)));
            if let (Some(said), false) = (last_words(&errors), cause.is_empty()) {
                // What it said itself explains most, unless it was waited for in vain.
                let late = broken.got.contains(&demands::then_time_up())
                    || broken.expected == demands::silence();
                let at = if late { cause.len() } else { 0 };
                cause.insert(at, causes::last_said(&cut(said)));
            }
        }
    }
    if program.is_some_and(|program| would_block(program, record)) {
        cause.push(causes::would_block(subject));
    }
    if broken.expected == demands::listening() && broken.got.contains(":0") {
        cause = vec![causes::port_zero(subject)];
    }
    if broken.expected == demands::exit_code(1) && broken.got == demands::exit_code(0) {
        cause.push(causes::error_taken_for_success(subject));
    }
    cause.extend(bytes(broken));
    // What a program said may have no stop of its own.
    let before = cause.len().saturating_sub(1);
    cause[..before].iter_mut().for_each(|words| *words = sentence(words));
    cause
}

/// With a stop at its end, whatever language it is in.
fn sentence(words: &str) -> String {
    match words.ends_with(['.', '!', '?', '…', '。', '！', '？']) {
        true => words.into(),
        false => causes::sentence(words),
    }
}

/// The program that the step was about: of several runs of it the one to which the step's peer is connected, or
/// else the last.
fn program<'a>(subject: &str, record: &'a Record) -> Option<&'a Started> {
    let runs = || record.programs.iter().filter(|program| program.name == subject);
    let step = record.steps.last().map(String::as_str).unwrap_or_default();
    let named = record.peers.iter().filter(|(.., name)| step.contains(name.as_str()));
    // "The client" is a part of "the client behind it".
    let remote = named.max_by_key(|(.., name)| name.len()).and_then(|peer| peer.1);
    let says_so = |program: &&Started| {
        let address = remote.map(|address| address.to_string());
        let said = program.output.text();
        address.is_some_and(|address| said.iter().any(|line| line.ends_with(&address)))
    };
    runs().find(says_so).or_else(|| runs().next_back())
}

/// Whether a program says that a time is up that cannot be: a socket that doesn't block reports the same
/// error as one whose timeout has passed (socket(7)).
fn would_block(program: &Started, record: &Record) -> bool {
    const WORDS: [&str; 4] = ["timed out", "temporarily unavailable", "WouldBlock", "would block"];
    let errors = program.output.errors();
    let said = last_words(&errors).unwrap_or_default();
    let is_told_a_deadline = record.steps.iter().any(|step| step.contains("--time-limit"));
    let is_early = record.ran_for(program) < Duration::from_secs(1) && !is_told_a_deadline;
    is_early && WORDS.iter().any(|words| said.contains(words))
}

/// Whether it, or a thread of it, has died of a panic or an exception.
pub(crate) fn has_died_of(program: &Started) -> bool {
    let errors = program.output.errors();
    panic(&errors).or_else(|| traceback(&errors)).is_some()
}

/// Names say more than ports.
fn named(mut sentence: String, record: &Record) -> String {
    for (address, _, name) in &record.peers {
        sentence = causes::named(&sentence, name, &address.to_string());
    }
    sentence
}

/// Whether it has been asked to end, and the step expected the end of a connection.
fn is_to_end(subject: &str, program: &Started, record: &Record, broken: &Broken) -> bool {
    let ended_itself = program.status.is_none_or(|status| status.code().is_some());
    let asked = [steps::interrupt(subject), steps::terminate(subject)];
    broken.expected == demands::end_read()
        && ended_itself
        && record.steps.iter().any(|step| asked.contains(step))
}

/// Of a program that has ended by itself. Where it ended well and bytes are wrong or missing, its end
/// isn't the cause.
fn end(subject: &str, status: Option<ExitStatus>, errors: &str, broken: &Broken) -> Option<String> {
    let ended_well = status.is_some_and(|status| status.success());
    let is_short = broken.got.ends_with(&demands::end_of_stream());
    match broken.caret.is_some() && ended_well {
        true if broken.lacks_newline => Some(causes::lacks_newline(subject)),
        true if is_short => Some(causes::sent_less(subject)),
        true => None,
        false => Some(early_end(subject, status, errors)),
    }
}

fn early_end(subject: &str, status: Option<ExitStatus>, errors: &str) -> String {
    let last = last_words(errors).map(cut);
    causes::early_end(subject, status.map(demands::ended), last.as_deref())
}

/// What other languages call an end that they didn't expect: JavaScript, Ruby, Go, Java and PHP.
const UNCAUGHT: [&str; 5] =
    ["Error: ", "Error)", "panic: ", "Exception in thread ", "Fatal error: "];

/// The last error that a program reported, or of an exception its message, or else the last line of words on
/// stderr: what comes behind a message is often a caret, a stack, or the version of an interpreter.
fn last_words(errors: &str) -> Option<&str> {
    let reported = errors.lines().rfind(|line| line.starts_with("error: "));
    let is_uncaught = |line: &&str| UNCAUGHT.iter().any(|word| line.contains(word));
    let has_words = |line: &&str| line.contains(char::is_alphanumeric);
    reported
        .or_else(|| errors.lines().rfind(is_uncaught))
        .or_else(|| errors.lines().rfind(has_words))
}

/// Of a program that has not ended.
fn alive(subject: &str, program: &Started, broken: &Broken, step: usize) -> Vec<String> {
    if broken.lacks_newline {
        return vec![causes::lacks_newline(subject)];
    }
    let got = |words: &str| broken.got.contains(words);
    let nothing = Activity::default();
    let activity = program.activity.as_ref().unwrap_or(&nothing);
    let mut cause = Vec::new();
    if got(&demands::then_time_up()) {
        if broken.expected == demands::listening() {
            cause.push(match program.output.is_empty() {
                true => causes::no_address(subject),
                false => causes::no_line(subject),
            });
        } else if activity.calls.is_empty() {
            cause.push(causes::waited_in_vain(step));
        }
        if !activity.calls.is_empty() {
            let doing = causes::was_doing(subject, &activity.calls);
            cause.push(match cause.is_empty() {
                true => causes::two_sentences(&causes::waited_in_vain(step), &doing),
                false => doing,
            });
        }
        cause.extend(activity.unread.iter().map(|unread| causes::sentence(unread)));
        if broken.expected.contains(&demands::end_of_stream()) && !activity.open.is_empty() {
            cause.push(causes::still_open(subject, &activity.open));
        }
    } else if broken.expected == demands::silence() {
        cause.push(causes::did_not_wait(subject));
    } else if got("refused") {
        cause.push(causes::does_not_listen(subject));
    } else if got("reset by peer")
        || got("forcibly closed")
        || got("Broken pipe")
        || got("not connected")
    {
        cause.push(causes::closed_with_unread_input(subject));
    } else if got(&demands::end_of_stream()) && !broken.expected.contains(&demands::the_end_of()) {
        cause.push(causes::ended_too_early(subject));
    }
    cause
}

/// What the wrong bytes themselves tell.
fn bytes(broken: &Broken) -> Option<String> {
    // Too early is worse than wrong.
    let [expected, got] = [&broken.expected, &broken.got].map(|text| text.contains('\u{fffd}'));
    // It may be a part of the text.
    let replaced = got && !expected && broken.expected != demands::silence();
    replaced.then(causes::lossy_decoder)
}

/// `a panic at FILE, line N: MESSAGE`, of the first panic on stderr.
fn panic(errors: &str) -> Option<String> {
    let mut lines = errors.lines().skip_while(|line| !line.contains(" panicked at "));
    let (_, place) = lines.next()?.split_once(" panicked at ")?;
    let mut place = place.trim_end_matches(':').split(':');
    let (file, line) = (place.next()?, place.next()?);
    let message = lines.next().unwrap_or_default();
    Some(causes::panic(&cut(file), &cut(line), &cut(message)))
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
    Some(causes::exception(&cut(file), &cut(line), &cut(message)))
}

#[cfg(test)]
mod tests {
    use super::{last_words, panic, traceback};

    #[test]
    fn the_last_words_are_a_message() {
        let ruby =
            "ex.rb:42:in `<main>': undefined local variable `i' (NameError)\n\nputs i\n     ^\n";
        let node = "ex.js:1\ni;\n^\n\nReferenceError: i is not defined\n    at ex.js:1:1\n\nNode.js v20.20.2\n";
        let go = "panic: no\n\ngoroutine 1 [running]:\nmain.main()\n\t/ex.go:3 +0x1d\n";
        for (errors, message) in
            [(ruby, "(NameError)"), (node, "ReferenceError"), (go, "panic: no")]
        {
            let words = last_words(errors).unwrap_or_default();
            assert!(words.contains(message), "{words}");
        }
        assert_eq!(last_words("a\nlistening\n\n}\n"), Some("listening"));
        assert_eq!(last_words("error: a: b\nError: c\n"), Some("error: a: b"));
    }

    #[test]
    fn a_panic_and_an_exception_are_named_with_their_lines() {
        let errors = "\nthread 'main' (12) panicked at lessons/lesson02/exercise.rs:33:80:\ncalled `unwrap`\nnote: run\n";
        let expected = "a panic at lessons/lesson02/exercise.rs, line 33: called `unwrap`";
        assert_eq!(panic(errors).as_deref(), Some(expected));
        let errors = "Traceback (most recent call last):\n  File \"server.py\", line 9, in <module>\n    serve()\n  \
                      File \"server.py\", line 4, in serve\n    listener.recv(1)\nOSError: [Errno 107] no\n";
        let expected = "an exception at server.py, line 4: OSError: [Errno 107] no";
        assert_eq!(traceback(errors).as_deref(), Some(expected));
        assert_eq!((panic("error: no"), traceback("error: no")), (None, None));
    }
}
