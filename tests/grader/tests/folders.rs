//! The folders of the grader: each imports only from those before it, no two files of one import each other,
//! and the first compiles alone.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// From the bottom to the top.
const FOLDERS: [&str; 6] = ["check", "words", "machine", "actors", "report", "suite"];

/// Folders that import from no other, whatever is before them.
const LEAVES: [&str; 2] = ["check", "words"];

fn sources() -> PathBuf {
    grader::workspace().join("tests/grader/src")
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] })
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect()
}

/// The names that follow this path in a source, such as `b` and `c` in `crate::{b::d, c}`.
fn named_after(path: &str, source: &str) -> BTreeSet<String> {
    let code = source.lines().filter(|line| !line.trim_start().starts_with("//"));
    let code = code.collect::<Vec<_>>().join("\n");
    let mut names = BTreeSet::new();
    for (at, _) in code.match_indices(path) {
        let rest = &code[at + path.len()..];
        let list = match rest.strip_prefix('{') {
            Some(list) => top_level(list),
            None => vec![rest],
        };
        let first = |text: &str| {
            let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
            text[..end].to_owned()
        };
        names.extend(list.into_iter().map(|text| first(text.trim_start())));
    }
    names
}

/// The parts of a list in braces, up to its end, that are in no further braces.
fn top_level(list: &str) -> Vec<&str> {
    let (mut depth, mut start, mut parts) = (0, 0, Vec::new());
    for (at, sign) in list.char_indices() {
        match sign {
            '{' => depth += 1,
            '}' if depth == 0 => {
                parts.push(&list[start..at]);
                return parts;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&list[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts
}

#[test]
fn a_folder_imports_only_from_those_before_it() {
    for (place, folder) in FOLDERS.iter().enumerate() {
        let before = if LEAVES.contains(folder) { &[][..] } else { &FOLDERS[..place] };
        for file in files(&sources().join(folder)) {
            for name in named_after("crate::", &fs::read_to_string(&file).unwrap()) {
                let may = name == *folder || before.contains(&&*name);
                assert!(may, "{} imports crate::{name}", file.display());
            }
        }
    }
}

#[test]
fn no_files_of_a_folder_import_each_other() {
    for folder in FOLDERS {
        let path = sources().join(folder);
        let mut imports: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for file in fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()) {
            let name = file.file_stem().unwrap().to_str().unwrap().to_owned();
            // The first lists the others, and the second is there for all of them.
            if file.is_file() && !["mod", "tests"].contains(&&*name) {
                let source = fs::read_to_string(&file).unwrap();
                let mut names = named_after("super::", &source);
                names.extend(named_after(&format!("crate::{folder}::"), &source));
                names.remove(&name);
                imports.insert(name, names);
            }
        }
        // Those that import none of the rest are taken away, until none is left.
        while !imports.is_empty() {
            let left: BTreeSet<String> = imports.keys().cloned().collect();
            imports.retain(|_, names| !names.is_disjoint(&left));
            assert!(imports.len() < left.len(), "in {folder} in a circle: {imports:?}");
        }
    }
}

#[test]
fn checks_compile_as_a_crate_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let mut compile = Command::new(rustc);
    compile.args(["--edition", "2024", "--crate-type", "lib", "--emit", "metadata", "--out-dir"]);
    compile.arg(folder.path()).arg(sources().join("check/mod.rs"));
    assert!(compile.status().unwrap().success());
}
