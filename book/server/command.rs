//! The command line.

use std::env;
use std::ffi::OsString;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use common::{CommandLine, Failure, exit};

use crate::panels::Ground;
use crate::panels::visitor;
use crate::process::parent_death;
use crate::render::{build, preprocess};
use crate::serve::serve;
use crate::stage;

const ABOUT: &str = "\
Serves the workbook on http://127.0.0.1:3000 and reloads the page when a chapter or a program
shown in it changes.";

const USAGE: &str = "\
[OPTIONS]
       book build [--dest DIR] [--pdf FILE]
       book preprocess

  --port PORT       The port to listen on; 0 picks a free one (default: 3000)
  --listen ADDRESS  The IP address to listen on (default: 127.0.0.1, which only this machine
                    reaches). For a container that publishes its port: 0.0.0.0
  --open            Open the book in the browser
  --root DIR        The directory that holds book.toml (default: the nearest one at or above
                    the current directory)

  build             Write the book as a static site; --dest says where to (default:
                    book.toml's build-dir, target/book). --pdf is the book as a PDF, which
                    the site then has, with a link on its front page; beside FILE.pdf,
                    FILE.zh.pdf is the Chinese one
  preprocess        Be mdBook's preprocessor `repair`: a book on stdin, the book, prepared, on
                    stdout

BOOK_EDITOR, in the environment, is the program that a page opens an exercise with; without it,
that is VISUAL or EDITOR if it opens a window, or else VS Code's `code`.";

/// What the program does; the exit code is 0, 1 (it failed) or 2 (bad arguments).
pub fn main() -> ExitCode {
    #[cfg(windows)]
    on_windows::press_ctrl_c_if_asked();
    let mut line = CommandLine::new(ABOUT, USAGE);
    if line.command(parent_death::COMMAND) {
        // These words are another program's, so they are not read as options.
        let words: Vec<OsString> = env::args_os().skip(2).collect();
        return exit(parent_death::become_program(&words).map(|never| match never {}));
    }
    if line.command(stage::COMMAND) {
        let words: Vec<OsString> = env::args_os().skip(2).collect();
        return exit(stage::run(&words));
    }
    if line.command(visitor::COMMAND) {
        let words: Vec<OsString> = env::args_os().skip(2).collect();
        return exit(visitor::run(&words));
    }
    if line.command("preprocess") {
        if line.command("supports") {
            return supports(&line.words());
        }
        if line.argument().is_some() {
            line.refuse();
        }
        return exit(preprocess::answer());
    }
    exit(build_or_serve(line))
}

fn build_or_serve(mut line: CommandLine) -> Result<(), Failure> {
    let build = line.command("build");
    let (mut port, mut open, mut root) = (3000, false, None);
    let (mut dest, mut pdf) = (None, None);
    let mut ip = IpAddr::V4(Ipv4Addr::LOCALHOST);
    // Not in the help, since only tests need it: for how long exercises are graded without a page.
    let mut grace = 60;
    // Nor this one: whether programs get a network of their own where there is one to be had.
    let mut namespaces = true;
    while let Some(name) = line.argument() {
        match name.as_str() {
            "--root" => root = Some(PathBuf::from(line.value())),
            "--dest" if build => dest = Some(PathBuf::from(line.value())),
            "--pdf" if build => pdf = Some(PathBuf::from(line.value())),
            "--port" if !build => port = line.number(0..=u16::MAX),
            "--listen" if !build => ip = line.parse(),
            "--open" if !build => open = true,
            "--without-namespaces" if !build => namespaces = false,
            "--grace" if !build => grace = line.parse(),
            _ => line.refuse(),
        }
    }
    let root = find_root(root)?;
    match build {
        true => build::static_site(&root, dest, pdf.as_deref()),
        false => {
            let ground = Ground { root, namespaces };
            serve(ground, SocketAddr::new(ip, port), open, Duration::from_secs(grace))
        }
    }
}

/// mdBook asks whether the preprocessor works for a renderer; the exit code is the answer.
fn supports(renderers: &[String]) -> ExitCode {
    match renderers.iter().all(|renderer| preprocess::supports(renderer)) {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
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
