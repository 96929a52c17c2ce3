//! Every command that a page tells its reader to type is one that the suites know, or is marked as one
//! that they do not.

use std::fs;
use std::net::SocketAddr;
use std::ops::Range;

use book::source::html;
use harness::Trial;
use mdbook_markdown::pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

use crate::support::{root, sources, suites, trials};

pub fn trials() -> Vec<Trial> {
    trials![every_command_is_known_or_marked, commands_that_no_check_runs_are_noticed,]
}

/// Every command that a page tells the reader to type: its program is there, and the suite runs it
/// with these options; or it is visibly marked, in the same paragraph, as one to be tried by hand.
fn every_command_is_known_or_marked() {
    let suite = suites();
    let mut known = 0;
    let mut wrong = Vec::new();
    for (file, text) in &sources().chapters {
        for (command, paragraph) in commands(text) {
            let marked = text[paragraph].contains(BY_HAND);
            match unknown(&command, suite) {
                Some(why) if !marked => {
                    wrong.push(format!("{}: `{command}`: {why}", file.display()));
                }
                Some(_) => {}
                None => known += 1,
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(known > 40, "only {known} commands");
}

/// The mark of a command that the suite does not run.
const BY_HAND: &str = "<span class=\"by-hand\">by hand</span>";

fn commands_that_no_check_runs_are_noticed() {
    let suite = suites();
    for (command, expected) in [
        ("cargo run -p lesson09", "no package lesson09"),
        ("cargo run -p lesson02 --bin nope", "no program nope"),
        ("cargo run -p lesson02 --example nope", "no program nope"),
        ("cargo run -p lesson02 -- --nope", "no check uses --nope"),
        ("cargo run -p lesson03 -- matrices", "no check uses matrices"),
        ("cargo test -p lesson02 --test nope", "no test nope"),
        ("cargo test -p lesson02 S99", "no check S99"),
        ("python3 lessons/lesson02/nope.py", "no file lessons/lesson02/nope.py"),
        ("SUBJECT=\"python3 nope.py\" cargo test -p lesson02", "no file nope.py"),
        ("cargo grade nope", "no check runs cargo grade nope"),
        ("cargo grade --nope lesson02", "no check uses --nope"),
        ("make all", "no check runs make"),
        ("echo hello | nc 127.0.0.1 9090", "a pipe"),
    ] {
        assert_eq!(unknown(command, suite).as_deref(), Some(expected), "{command}");
    }
    for command in ["cargo run -p lesson02 -- --time-limit 60", "cargo test S17", "nc ::1 9090"] {
        assert_eq!(unknown(command, suite), None, "{command}");
    }
    let text = "Try `cargo run` and `bind`.\n\n<p>Or <code>nc ::1 80</code>.</p>\n\n```sh\nmake all  # of it\n```\n";
    let found: Vec<String> = commands(text).into_iter().map(|(command, _)| command).collect();
    assert_eq!(found, ["cargo run", "nc ::1 80", "make all"]);
}

/// The commands of a chapter: lines of shell, and code in the text that begins with a program's name;
/// each with the paragraph that it is in.
fn commands(text: &str) -> Vec<(String, Range<usize>)> {
    /// What code in the text begins with when it is a command with arguments.
    const PROGRAMS: [&str; 9] =
        ["cargo", "python3", "nc", "ss", "strace", "tcpdump", "printf", "sleep", "sudo"];
    let mut commands = Vec::new();
    let mut add = |command: &str, at: usize| {
        let start = text[..at].rfind("\n\n").map_or(0, |start| start + 2);
        let end = text[at..].find("\n\n").map_or(text.len(), |end| at + end);
        commands.push((command.to_owned(), start..end));
    };
    let in_text = |code: &str| {
        let (program, arguments) = code.split_once(' ').unwrap_or((code, ""));
        (PROGRAMS.contains(&program) || program.starts_with("SUBJECT=")) && !arguments.is_empty()
    };
    let mut shell = false;
    for (event, span) in Parser::new_ext(text, Options::ENABLE_TABLES).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(language))) => {
                shell = &*language == "sh";
            }
            Event::End(TagEnd::CodeBlock) => shell = false,
            Event::Text(lines) if shell => {
                for line in lines.lines().filter(|line| !line.trim().is_empty()) {
                    // The mark is above the block.
                    let above = text[..span.start].rfind("\n\n").unwrap_or_default();
                    add(line.split("  #").next().unwrap_or_default().trim(), above);
                }
            }
            Event::Code(code) if in_text(&code) => add(&code, span.start),
            Event::Html(tags) => {
                let codes = html::tags(&tags).into_iter();
                for tag in codes.filter(|tag| tag.name == "code" && !tag.is_end) {
                    let code = html::text_behind(&tags, &tag);
                    if in_text(code) {
                        add(code, span.start);
                    }
                }
            }
            _ => {}
        }
    }
    commands
}

/// Why the suite does not know a command; `None` if it does.
fn unknown(command: &str, suite: &str) -> Option<String> {
    let words = words(command);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    if words.contains(&"|") {
        return Some("a pipe".to_owned());
    }
    let used = |word: &str| suite.contains(&format!("\"{word}\""));
    match words.as_slice() {
        [subject, rest @ ..] if subject.starts_with("SUBJECT=") => {
            unknown(subject.trim_start_matches("SUBJECT="), suite)
                .or_else(|| unknown(&rest.join(" "), suite))
        }
        // These tests run it.
        ["cargo", "run", "-p", "book"] => None,
        ["cargo", "run", "-p", package, rest @ ..] if *package != "book" => {
            let Some(manifest) = manifest(package) else {
                return Some(format!("no package {package}"));
            };
            let is_bin = |program: &str| {
                manifest.contains(&format!("[[bin]]\nname = \"{program}\"")) && used(program)
            };
            // The suites judge every wrong program that is there.
            let is_example =
                |name: &str| root().join(format!("lessons/{package}/examples/{name}.rs")).is_file();
            let (program, is_known, rest) = match rest {
                ["--bin", program, rest @ ..] => (program, is_bin(program), rest),
                ["--example", name, rest @ ..] => (name, is_example(name), rest),
                rest => (package, is_bin(package), rest),
            };
            if !is_known {
                return Some(format!("no program {program}"));
            }
            arguments(rest).find(|word| !used(word)).map(unused)
        }
        ["cargo", "build", "-p", package] => {
            manifest(package).is_none().then(|| format!("no package {package}"))
        }
        ["cargo", "test", "--no-run"] => None,
        ["cargo", "test", rest @ ..] => {
            let (package, rest) = match rest {
                ["-p", package, rest @ ..] => (Some(*package), rest),
                rest => (None, rest),
            };
            let manifest = package.map_or(Some(String::new()), manifest);
            let Some(manifest) = manifest else {
                return Some(format!("no package {}", package.unwrap_or_default()));
            };
            let filter = match rest {
                ["--test", test, ..]
                    if !manifest.contains(&format!("[[test]]\nname = \"{test}\"")) =>
                {
                    return Some(format!("no test {test}"));
                }
                ["--test", _, filter @ ..] => filter,
                filter => filter,
            };
            // `exercise02::answers_a_request`: the kind of check and its id.
            let mut parts = filter.iter().flat_map(|name| name.split("::"));
            parts.find(|part| !suite.contains(part)).map(|part| format!("no check {part}"))
        }
        // Folders and exercises of the reader's own are named as well.
        ["cargo", "grade", rest @ ..] if rest.iter().any(|word| word.starts_with("--")) => {
            let mut options = rest.iter().filter(|word| word.starts_with("--"));
            options.find(|word| !used(word)).map(unused)
        }
        ["cargo", before @ .., last] => {
            let without_filter = format!("cargo {}", before.join(" "));
            let known = continuous_integration_runs(command)
                || suite.contains(last) && continuous_integration_runs(&without_filter);
            (!known).then(|| format!("no check runs {command}"))
        }
        ["python3", file, rest @ ..] => {
            let name = file.rsplit('/').next().unwrap_or_default();
            if !root().join(file).is_file() || !suite.contains(&format!("{name}\"")) {
                return Some(format!("no file {file}"));
            }
            arguments(rest).find(|word| !used(word)).map(unused)
        }
        // As a client of servers on any address.
        ["nc", _host, _port] => (!used("nc")).then(|| "no check runs nc".to_owned()),
        ["ss", options] if suite.contains(&format!("ss {options} ")) => None,
        [program, ..] => Some(format!("no check runs {program}")),
        [] => None,
    }
}

/// Whether `.ci/run`, or the workflow whose commands it runs, has this command.
fn continuous_integration_runs(command: &str) -> bool {
    [".ci/run", ".ci/pdf", ".github/classroom/grade.yml"].iter().any(|file| {
        let script = fs::read_to_string(root().join(file)).unwrap();
        let mut commands = script.lines().flat_map(|line| line.split([';', '>', '|']));
        commands.any(|part| part.trim().ends_with(command))
    })
}

fn unused(word: &&str) -> String {
    format!("no check uses {word}")
}

/// The manifest of a package of the workspace.
fn manifest(package: &str) -> Option<String> {
    let folders = ["lessons", "tests"].into_iter();
    let mut manifests = folders.map(|it| root().join(it).join(package).join("Cargo.toml"));
    manifests.find_map(|manifest| fs::read_to_string(manifest).ok())
}

/// Those of a program's arguments that have a meaning of their own: options and modes, but neither
/// addresses nor what follows an option.
fn arguments<'words>(words: &'words [&str]) -> impl Iterator<Item = &'words &'words str> {
    let words = words.iter().filter(|word| **word != "--");
    let mut after_option = false;
    words.filter(move |word| {
        let is_value = std::mem::replace(&mut after_option, word.starts_with("--"));
        word.starts_with("--") || !is_value && word.parse::<SocketAddr>().is_err()
    })
}

/// The words of a line of shell: what is quoted is one word, without its quotes.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quote = None;
    for c in line.chars() {
        match quote {
            Some(open) if c == open => quote = None,
            None if c == '"' || c == '\'' => quote = Some(c),
            None if c == ' ' => words.push(String::new()),
            _ => words.last_mut().expect("the first word").push(c),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}
