//! `cargo grade --reset exercise02`: the starter again, with the learner's file kept beside it.

use std::fs;
use std::io;
use std::path::Path;

use grader::{lesson_folder, starter, text, workspace};

use crate::exercise;

pub fn reset(lesson: &str) -> io::Result<()> {
    let (folder, exercise) = (lesson_folder(lesson), exercise(lesson));
    let file = folder.join("exercise.rs");
    let starter = fs::read(starter(&exercise)).map_err(|why| {
        io::Error::other(text!("the starter of {exercise} is gone: {why}", exercise, why))
    })?;
    let shown = |path: &Path| path.strip_prefix(workspace()).unwrap_or(path).display().to_string();
    match fs::read(&file) {
        Ok(text) if text == starter => {
            println!("{}", text!("{file} is the starter already.", file = shown(&file)));
            return Ok(());
        }
        Ok(text) => {
            let kept = keep(&folder, &text)?;
            println!("{}", text!("Your file is kept as {file}.", file = shown(&kept)));
        }
        Err(why) if why.kind() == io::ErrorKind::NotFound => {}
        Err(why) => return Err(why),
    }
    fs::write(&file, starter)?;
    println!("{}", text!("{file} is the starter again.", file = shown(&file)));
    Ok(())
}

/// Writes the text to the first of `exercise-1.rs`, `exercise-2.rs` and so on that is free.
fn keep(folder: &Path, text: &[u8]) -> io::Result<std::path::PathBuf> {
    for number in 1.. {
        let kept = folder.join(format!("exercise-{number}.rs"));
        match fs::File::create_new(&kept) {
            Ok(mut file) => return io::Write::write_all(&mut file, text).map(|()| kept),
            Err(why) if why.kind() == io::ErrorKind::AlreadyExists => {}
            Err(why) => return Err(why),
        }
    }
    unreachable!("some number is free")
}
