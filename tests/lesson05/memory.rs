//! How much memory the client of exercise 5 may take.

use std::fs;
use std::thread;
use std::time::Duration;

use grader::{Outcome, Program, Run, Subject, text};

/// The most memory that the program may ever have had: half of the message.
const ROOM: u64 = 16 << 20;

/// What a program may take, and a sentence that says so.
pub struct Room {
    pub most: u64,
    pub statement: String,
}

/// The room for this program. A script's is counted above what its interpreter takes before it has read a line
/// of the script.
pub fn room(run: &mut Run, client: &Program) -> Outcome<Room> {
    let executable = fs::read_link(format!("/proc/{}/exe", client.id())).unwrap_or_default();
    let name = executable.file_name().unwrap_or_default().to_string_lossy().into_owned();
    if !INTERPRETERS.iter().any(|interpreter| name.starts_with(interpreter)) {
        let statement = text!("the client has never taken more than 16 MiB of memory");
        return Ok(Room { most: ROOM, statement });
    }
    // Without a file it waits for a script on its standard input.
    let path = executable.to_string_lossy();
    let waiting = run.start_other(&Subject::tool(&[&*path]), &[])?;
    let mut before = 0;
    let alone = run.until(text!("{name} has started and waits for a script", name), || {
        let now = waiting.usage().map_or(0, |usage| usage.peak);
        thread::sleep(Duration::from_millis(30));
        let is_steady = now > 0 && now == before && waiting.running_threads().is_empty();
        before = now;
        is_steady.then_some(now)
    })?;
    let statement = text!(
        "the client has never taken more than 16 MiB of memory above the {alone} MiB of {name} itself",
        alone = format!("{:.1}", alone as f64 / f64::from(1 << 20)),
        name,
    );
    Ok(Room { most: alone + ROOM, statement })
}

/// How the names of programs begin that run scripts, and that read one from standard input.
const INTERPRETERS: [&str; 9] =
    ["python", "pypy", "node", "perl", "ruby", "php", "lua", "bash", "deno"];
