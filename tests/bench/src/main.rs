//! Speed, measured side by side. What is measured are whole programs as users start them, so this is a
//! program too, and no harness that calls functions: `cargo run --release -p bench -- requests`.
//!
//! The results are recorded in `results/`, with machine and date. `page` brings them into the book.

mod bulk;
mod idle;
mod learner;
mod load;
mod machine;
mod requests;
mod server;

#[path = "../report/mod.rs"]
mod report;

use std::fs;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};
use common::{Explain, Failure, exit, say, seconds};
use report::recorded;
use server::root;

/// Measures the lessons beside their peers, and writes the book's tables and plots.
#[derive(Parser)]
struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Requests of 64 bytes: lesson04, C, tokio and Python in turn
    Requests {
        /// How often to measure everything
        #[arg(long, default_value = "25")]
        rounds: usize,
        /// How long to load each server with each number of connections
        #[arg(long, value_name = "SECONDS", default_value = "0.3", value_parser = seconds)]
        time: Duration,
    },
    /// One connection as fast as it goes: lesson05's sweep and iperf3 in turn
    Bulk {
        /// How often to measure everything
        #[arg(long, default_value = "5")]
        rounds: usize,
        /// How long to write chunks of one size, in whole seconds
        #[arg(long, value_name = "SECONDS", default_value = "1", value_parser = seconds)]
        time: Duration,
    },
    /// Clients that say nothing, up to 10,000: what they cost lesson04, C and tokio
    Idle {
        /// How often to measure everything
        #[arg(long, default_value = "3")]
        rounds: usize,
    },
    /// From an edit of an exercise to its verdict; and the book's first page
    Learner {
        /// How often to measure everything
        #[arg(long, default_value = "3")]
        rounds: usize,
        /// The complete `cargo test`, too
        #[arg(long)]
        whole: bool,
    },
    /// Writes the recorded results into the book: tables and plots
    Page,
}

// `main` only turns the outcome into an exit code; what can fail stands in `run`.
fn main() -> ExitCode {
    exit(run(Args::parse().command))
}

fn run(command: Command) -> Result<(), Failure> {
    let results = |name| recorded(root(), name);
    match command {
        Command::Requests { rounds, time } => requests::run(&results("requests"), rounds, time),
        Command::Bulk { rounds, time } => bulk::run(&results("bulk"), rounds, time),
        Command::Idle { rounds } => idle::run(&results("idle"), rounds),
        Command::Learner { rounds, whole } => learner::run(&results("learner"), rounds, whole),
        Command::Page => {
            for (path, text) in report::files(root()).explain("cannot read the records")? {
                fs::write(&path, text).explain(format!("cannot write {}", path.display()))?;
                say!("wrote {}", path.display())?;
            }
            Ok(())
        }
    }
}
