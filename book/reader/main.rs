//! The reader: `cargo run -p book` builds the workbook, checks it, and serves it with live reload.

mod balance;
mod build;
mod check;
mod child;
mod desk;
mod error;
mod exercise;
mod figure;
mod grades;
mod grading;
mod guard;
mod html;
mod include;
mod leash;
mod listing;
mod live;
mod minutes;
mod panel;
mod predict;
mod preprocess;
mod programs;
mod run;
mod runs;
mod say;
mod serve;
mod sockets;
mod sources;
mod target;
mod terms;
mod warnings;
mod watch;

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};

use error::Error;

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
    /// Become another program, and die with the reader
    #[command(hide = true)]
    Leash {
        /// The process id of the reader
        reader: u32,
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        program: Vec<OsString>,
    },
}

#[derive(Subcommand)]
enum Question {
    /// Exit with 0 if the preprocessor works for this renderer
    Supports { renderer: String },
}

// Not a `Result`: its `Debug` output is not what a reader should see.
fn main() -> ExitCode {
    match run(Args::parse()) {
        Ok(code) => code,
        Err(error) => {
            say::complain(error);
            ExitCode::FAILURE
        }
    }
}

fn run(args: Args) -> Result<ExitCode, Error> {
    match args.command {
        None => {
            let grace = Duration::from_secs(args.grace);
            serve::serve(&find_root(args.root)?, args.port, args.open, grace)?;
        }
        Some(Command::Build { dest }) => build::static_site(&find_root(args.root)?, dest)?,
        Some(Command::Preprocess { question: Some(Question::Supports { renderer }) }) => {
            if !preprocess::supports(&renderer) {
                return Ok(ExitCode::FAILURE);
            }
        }
        Some(Command::Preprocess { question: None }) => preprocess::answer()?,
        Some(Command::Leash { reader, program }) => {
            match leash::become_program(reader, &program)? {}
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The directory of the nearest `book.toml`, so that every directory of the workspace is a good
/// place to start from.
fn find_root(named: Option<PathBuf>) -> Result<PathBuf, Error> {
    let here = env::current_dir()
        .map_err(|why| Error::failed("cannot read the current directory", why))?;
    if let Some(root) = named {
        return Ok(here.join(root));
    }
    here.ancestors().find(|dir| dir.join("book.toml").is_file()).map(PathBuf::from).ok_or_else(
        || {
            Error::failed("cannot find the book", "no book.toml in this directory or above it")
                .advice("run this inside the workspace, or name the directory with --root DIR")
        },
    )
}
