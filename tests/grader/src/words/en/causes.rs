//! The likely cause of a failure, in plain words. `program` is the name of the program under test.

pub fn cut_off(program: &str, why: &str) -> String {
    format!("The grader ended {program}: {why}.")
}

pub fn died(program: &str, of: &str) -> String {
    format!("{program} died of {of}.")
}

pub fn thread_died(program: &str, of: &str) -> String {
    format!("A thread of {program} died of {of}. The program runs on without it.")
}

pub fn panic(file: &str, line: &str, message: &str) -> String {
    format!("a panic at {file}, line {line}: {message}")
}

pub fn exception(file: &str, line: &str, message: &str) -> String {
    format!("an exception at {file}, line {line}: {message}")
}

pub fn last_said(said: &str) -> String {
    format!("The last that it said on stderr: {said}")
}

pub fn error_taken_for_success(program: &str) -> String {
    format!("{program} took an error for success: what does its `main` return?")
}

pub fn early_end(program: &str, how: Option<String>, last_words: Option<&str>) -> String {
    let how = how.unwrap_or("it ended".into());
    let words = last_words.map(|line| format!(" Its last words: {line}")).unwrap_or_default();
    format!("{program} was no longer there: {how}.{words}")
}

pub fn no_address(program: &str) -> String {
    format!(
        "{program} never printed its address: it does not listen yet, or the line has not been flushed."
    )
}

pub fn no_line(program: &str) -> String {
    format!("{program} wrote something, but no whole line on stdout.")
}

pub fn waited_in_vain(step: usize) -> String {
    format!("Step {step} waited in vain.")
}

pub fn was_doing(program: &str, calls: &[String]) -> String {
    format!("What {program} was doing: {}.", calls.join("; "))
}

pub fn sentence(words: &str) -> String {
    format!("{words}.")
}

pub fn still_open(program: &str, peers: &[String]) -> String {
    let peers = peers.join(", and ");
    format!(
        "{program} has not ended its side of the connection with {peers}, neither by `shutdown` nor by closing it."
    )
}

pub fn did_not_wait(program: &str) -> String {
    format!("{program} did not wait: it took what had come so far for all of it.")
}

pub fn does_not_listen(program: &str) -> String {
    format!(
        "{program} runs, but nothing listens at this address: its listener has been closed, or is another one."
    )
}

pub fn closed_with_unread_input(program: &str) -> String {
    format!(
        "{program} runs on: it has closed this connection with input that it had not read, and a close with unread input is a reset."
    )
}

pub fn ended_too_early(program: &str) -> String {
    format!(
        "{program} ended or dropped this connection too early: closing needs no call, a value that goes out of scope is closed."
    )
}

pub fn lossy_decoder() -> String {
    "`\u{fffd}` is what a lossy decoder writes for bytes that it cannot decode: what is no text at all, or a part of a character.".into()
}

/// Names say more than ports.
pub fn named(name: &str, address: &str) -> String {
    format!("{name} ({address})")
}
