//! The command line.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};
use common::{Failure, complain};

use crate::process::parent_death;
use crate::render::{build, preprocess};
use crate::serve::serve;

/// Serves the workbook on http://127.0.0.1:3000 and reloads the page when a chapter or a program
/// shown in it changes.
#[derive(Parser)]
#[command(name = "book")]
struct Args {
    /// The port to listen on; 0 picks a free one
    #[arg(long, default_value_t = 3000)]
    port: u16,

    /// Open the book in the browser
    #[arg(long)]
    open: bool,

    /// The directory that holds book.toml [default: the nearest one at or above the current
    /// directory]
    #[arg(long, global = true, value_name = "DIR")]
    root: Option<PathBuf>,

    /// For how many seconds exercises are graded when no page is open any more
    #[arg(long, hide = true, default_value_t = 60)]
    grace: u64,

    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Write the book as a static site
    Build {
        /// Where to write it [default: book.toml's build-dir, target/book]
        #[arg(long, value_name = "DIR")]
        dest: Option<PathBuf>,
    },
    /// Be mdBook's preprocessor `repair`: a book on stdin, the book, prepared, on stdout
    Preprocess {
        #[command(subcommand)]
        question: Option<Question>,
    },
    /// Become another program, and die with the parent
    #[command(hide = true)]
    WithParent {
        /// The process id of the parent
        parent: u32,
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        program: Vec<OsString>,
    },
}

#[derive(Subcommand)]
enum Question {
    /// Exit with 0 if the preprocessor works for this renderer
    Supports { renderer: String },
}

/// What the program does; the exit code is 0, 1 (it failed) or 2 (bad arguments).
pub fn main() -> ExitCode {
    match run(Args::parse()) {
        Ok(code) => code,
        Err(error) => {
            complain(&error);
            ExitCode::FAILURE
        }
    }
}

fn run(args: Args) -> Result<ExitCode, Failure> {
    match args.command {
        None => {
            let grace = Duration::from_secs(args.grace);
            serve(&find_root(args.root)?, args.port, args.open, grace)?;
        }
        Some(Command::Build { dest }) => build::static_site(&find_root(args.root)?, dest)?,
        Some(Command::Preprocess { question: Some(Question::Supports { renderer }) }) => {
            if !preprocess::supports(&renderer) {
                return Ok(ExitCode::FAILURE);
            }
        }
        Some(Command::Preprocess { question: None }) => preprocess::answer()?,
        Some(Command::WithParent { parent, program }) => {
            match parent_death::become_program(parent, &program)? {}
        }
    }
    Ok(ExitCode::SUCCESS)
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
