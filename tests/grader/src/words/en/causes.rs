//! The likely cause of a failure, in plain words. `program` is the name of the program under test.

words! {
    cut_off(program: &str, why: &str) = "The grader ended {program}: {why}.";
    died(program: &str, of: &str) = "{program} died of {of}.";
    thread_died(program: &str, of: &str) =
        "A thread of {program} died of {of}. The program runs on without it.";
    panic(file: &str, line: &str, message: &str) = "a panic at {file}, line {line}: {message}";
    exception(file: &str, line: &str, message: &str) =
        "an exception at {file}, line {line}: {message}";
    last_said(said: &str) = "The last thing it said on stderr: {said}";
    error_taken_for_success(program: &str) =
        "{program} took an error for success: what does its `main` return?";
    no_address(program: &str) =
        "{program} never printed its address: it does not listen yet, or the line has not been flushed.";
    no_line(program: &str) = "{program} wrote something, but no whole line on stdout.";
    waited_in_vain(step: usize) = "Step {step} waited in vain.";
    was_doing(program: &str, calls: &[String]) = "What {program} was doing: {}.", calls.join("; ");
    sentence(words: &str) = "{words}.";
    still_open(program: &str, peers: &[String]) =
        "{program} has not finished sending on the connection with {}: it has neither called `shutdown` nor closed it.",
        peers.join(", and ");
    did_not_wait(program: &str) =
        "{program} did not wait: it took what had come so far for all of it.";
    does_not_listen(program: &str) =
        "{program} runs, but nothing listens at this address: its listener has been closed, or is another one.";
    closed_with_unread_input(program: &str) =
        "{program} runs on: it has closed this connection with input that it had not read, and a close with unread input is a reset.";
    ended_too_early(program: &str) =
        "{program} ended or dropped this connection too early: closing needs no call, a value that goes out of scope is closed.";
    lacks_newline(program: &str) =
        "Everything that {program} sent is right, but the answer lacks its `\\n` at the end.";
    sent_less(program: &str) =
        "{program} sent less than it should, closed the connection, and ended with exit code 0: it takes what it sent for all of it.";
    port_zero(program: &str) =
        "{program} printed port 0. That is the request for a free port: `local_addr` says which one the kernel gave.";
    would_block(program: &str) =
        "{program} gave up within a second. A call on a non-blocking socket doesn't wait: it would block, and fails with the error of a timeout that has passed.";
    lossy_decoder() =
        "`\u{fffd}` is what a lossy decoder writes for bytes that it cannot decode: what is no text at all, or a part of a character.";
    two_sentences(one: &str, other: &str) = "{one} {other}";
}

/// A sentence with a name beside an address: names say more than ports.
pub fn named(sentence: &str, name: &str, address: &str) -> String {
    sentence.replace(address, &format!("{name} ({address})"))
}

pub fn early_end(program: &str, how: Option<String>, last_words: Option<&str>) -> String {
    let how = how.unwrap_or("it ended".into());
    let words = last_words.map(|line| format!(" Its last words: {line}")).unwrap_or_default();
    format!("{program} was no longer there: {how}.{words}")
}
