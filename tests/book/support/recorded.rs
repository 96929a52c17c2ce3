//! Recorded scenes, as files of the book.

use std::fs;
use std::path::PathBuf;

use book::scene::recorded::{Recording, SCENES};

use super::{root, sources};

/// The file of a scene.
pub fn file(name: &str) -> PathBuf {
    root().join(&sources().config.book.src).join(SCENES).join(format!("{name}.json"))
}

/// Whether what differs is recorded anew.
pub fn overwrites() -> bool {
    std::env::var_os("SNAPSHOTS").is_some_and(|how| how == "overwrite")
}

/// Demands that a capture has the essence that is known, or records it anew.
pub fn compare(name: &str, known: &str, fresh: &Recording) {
    let essence = fresh.essence();
    if known == essence {
        return;
    }
    assert!(
        overwrites(),
        "the scene {name} is another one than recorded (SNAPSHOTS=overwrite records it anew). Recorded:\n{known}\nNow:\n{essence}"
    );
    fs::write(file(name), fresh.text()).expect("written");
}
