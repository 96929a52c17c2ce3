//! A learner's loop: how long it takes from an edit to the verdict.

use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use common::{Explain, Failure, say};

use crate::machine::{load_average, record};
use crate::server::root;

const EXERCISES: [&str; 6] = ["00", "01", "02", "03", "04", "05"];

/// Measures on a copy of the workspace, whose exercises it may edit. The copy has a target directory of
/// its own, so the first time all dependencies are built, which is not measured.
///
/// # Errors
///
/// The copy cannot be made, or cargo fails where it should not.
pub fn run(results: &Path, rounds: usize, whole: bool) -> Result<(), Failure> {
    let mut rows = Vec::new();
    let mut add = |what: &str, round: usize, seconds: f64| -> Result<(), Failure> {
        rows.push(format!("{what},{round},{seconds:.2},{:.1}", load_average()));
        say!("{round:>2} {what:<22} {seconds:>7.2} s")
    };
    let copy = root().join("target/learner");
    for part in [".cargo", "Cargo.toml", "Cargo.lock", "book", "lessons", "tests"] {
        copy_all(&root().join(part), &copy.join(part)).explain("cannot copy the workspace")?;
    }
    for number in EXERCISES {
        let folder = copy.join(format!("lessons/lesson{number}"));
        let answer = fs::read_to_string(folder.join("solution.rs")).explain("no solution")?;
        // Round 0 builds what no edit changes.
        for round in 0..=rounds {
            let edited = format!("{answer}\n// edit {round}\n");
            fs::write(folder.join("exercise.rs"), edited).explain("cannot edit")?;
            let package = format!("lesson{number}");
            let build = cargo(&copy, &["test", "-p", &package, "--no-run"])?;
            let grade = cargo(&copy, &["test", "-p", &package, "exercise"])?;
            if round > 0 {
                add(&format!("exercise{number} build"), round, build)?;
                add(&format!("exercise{number} grade"), round, grade)?;
            }
        }
    }
    for round in 0..=rounds {
        let seconds = first_page()?;
        if round > 0 {
            add("book", round, seconds)?;
        }
    }
    if whole {
        cargo(root(), &["test", "--no-run"])?;
        add("cargo test", 1, cargo(root(), &["test"])?)?;
    }
    record(results, "what,round,seconds,load", &rows)
}

/// Runs cargo, which must succeed. Returns how long it took.
fn cargo(folder: &Path, arguments: &[&str]) -> Result<f64, Failure> {
    let what = format!("cargo {} fails", arguments.join(" "));
    let start = Instant::now();
    let mut cargo = Command::new("cargo");
    // `cargo run` tells its child of the workspace; the child's cargo shall look for itself.
    cargo.args(arguments).current_dir(folder).env_remove("CARGO_MANIFEST_DIR");
    let output = cargo.env_remove("CARGO_TARGET_DIR").output().explain(&what)?;
    let seconds = start.elapsed().as_secs_f64();
    match output.status.success() {
        true => Ok(seconds),
        false => {
            let (output, errors) = (output.stdout, output.stderr);
            let words = [output, errors].map(|words| String::from_utf8_lossy(&words).into_owned());
            Err(Failure::new(what, words.join("\n")))
        }
    }
}

/// How long `cargo run -p book` takes until it has answered with its first page.
fn first_page() -> Result<f64, Failure> {
    let what = "cannot read the book";
    let start = Instant::now();
    let mut cargo = Command::new("cargo");
    cargo.args(["run", "-p", "book", "--", "--port", "0"]).current_dir(root());
    let mut reader = cargo.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().explain(what)?;
    let lines = BufReader::new(reader.stdout.take().expect("it is piped")).lines();
    let address = lines.map_while(Result::ok).find_map(|line| {
        let (_, behind) = line.split_once("http://")?;
        Some(behind.split(['/', ' ']).next()?.to_owned())
    });
    let page = || -> io::Result<f64> {
        let address = address.ok_or(io::ErrorKind::UnexpectedEof)?;
        let mut client = TcpStream::connect(&address)?;
        write!(client, "GET / HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
        let mut page = String::new();
        client.read_to_string(&mut page)?;
        let good = page.starts_with("HTTP/1.1 200");
        if good { Ok(start.elapsed().as_secs_f64()) } else { Err(io::Error::other(page)) }
    };
    let seconds = page().explain(what);
    // Where there is exec, cargo has become the book's reader.
    let _ = reader.kill();
    let _ = reader.wait();
    seconds
}

/// Copies a file, or a folder with all that is in it. What has not changed is left alone, so that cargo
/// need not build it again.
fn copy_all(from: &Path, to: &Path) -> io::Result<()> {
    if from.is_dir() {
        fs::create_dir_all(to)?;
        for entry in fs::read_dir(from)? {
            let entry = entry?;
            copy_all(&entry.path(), &to.join(entry.file_name()))?;
        }
        return Ok(());
    }
    let bytes = fs::read(from)?;
    if fs::read(to).is_ok_and(|old| old == bytes) { Ok(()) } else { fs::write(to, bytes) }
}
