//! The command line.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use common::{Argument, CommandLine, Failure, exit};

use crate::process::parent_death;
use crate::render::{build, preprocess};
use crate::serve::serve;

const ABOUT: &str = "\
Serves the workbook on http://127.0.0.1:3000 and reloads the page when a chapter or a program
shown in it changes";

const USAGE: &str = "\
[OPTIONS]
       book build [--dest DIR] [--root DIR]
       book preprocess

  --port PORT  The port to listen on; 0 picks a free one (default: 3000)
  --open       Open the book in the browser
  --root DIR   The directory that holds book.toml (default: the nearest one at or above the
               current directory)

  build        Write the book as a static site
  preprocess   Be mdBook's preprocessor `repair`: a book on stdin, the book, prepared, on stdout
";

const BUILD: &str = "\
[OPTIONS]

  --dest DIR  Where to write the book (default: book.toml's build-dir, target/book)
  --root DIR  The directory that holds book.toml
";

/// What the program does; the exit code is 0, 1 (it failed) or 2 (bad arguments).
pub fn main() -> ExitCode {
    let mut line = CommandLine::new();
    if line.command(parent_death::COMMAND) {
        // Its words are another program's, so they are not read as options.
        let words: Vec<OsString> = env::args_os().skip(2).collect();
        return exit(parent_death::become_program(&words).map(|never| match never {}));
    }
    if line.command("build") {
        return exit(build(&line));
    }
    if line.command("preprocess") {
        return if line.command("supports") { supports(&line) } else { exit(preprocess(&line)) };
    }
    exit(serve_book(&line))
}

fn serve_book(line: &CommandLine) -> Result<(), Failure> {
    let (mut port, mut open, mut root) = (3000, false, None);
    // Not in the help, since only tests need it: for how long exercises are graded without a page.
    let mut grace = 60;
    line.read(ABOUT, USAGE, |argument| {
        match argument.name() {
            "--port" => port = argument.number(0..=u16::MAX)?,
            "--open" => open = true,
            "--root" => root = Some(directory(argument)?),
            "--grace" => grace = argument.parse()?,
            _ => argument.refuse()?,
        }
        Ok(())
    });
    serve(&find_root(root)?, port, open, Duration::from_secs(grace))
}

fn build(line: &CommandLine) -> Result<(), Failure> {
    let (mut dest, mut root) = (None, None);
    line.read("Writes the book as a static site", BUILD, |argument| {
        match argument.name() {
            "--dest" => dest = Some(directory(argument)?),
            "--root" => root = Some(directory(argument)?),
            _ => argument.refuse()?,
        }
        Ok(())
    });
    build::static_site(&find_root(root)?, dest)
}

fn preprocess(line: &CommandLine) -> Result<(), Failure> {
    line.read("Prepares a book for mdBook", "< BOOK", |argument| argument.refuse());
    preprocess::answer()
}

/// mdBook asks whether the preprocessor works for a renderer; the exit code is the answer.
fn supports(line: &CommandLine) -> ExitCode {
    let renderers = line.read_words("Answers mdBook with its exit code", "RENDERER");
    match renderers.iter().all(|renderer| preprocess::supports(renderer)) {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

fn directory(argument: &mut Argument) -> Result<PathBuf, Failure> {
    argument.value().map(PathBuf::from)
}

/// The directory of the nearest `book.toml`, so that every directory of the workspace is a good
/// place to start from.
fn find_root(named: Option<PathBuf>) -> Result<PathBuf, Failure> {
    let here =
        env::current_dir().map_err(|why| Failure::new("cannot read the current directory", why))?;
    if let Some(root) = named {
        return Ok(here.join(root));
    }
    here.ancestors().find(|dir| dir.join("book.toml").is_file()).map(PathBuf::from).ok_or_else(
        || {
            Failure::new("cannot find the book", "no book.toml in this directory or above it")
                .advise("run this inside the workspace, or name the directory with --root DIR")
        },
    )
}
