//! Speed, measured side by side. What is measured are whole programs as users start them, so this is a
//! program too, and no harness that calls functions: `cargo run --release -p bench -- requests`.
//!
//! The results are recorded in `results/`, with machine and date. `page` brings them into the book.

mod buffers;
mod bulk;
mod idle;
mod learner;
mod load;
mod machine;
mod report;
mod requests;
mod server;

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
        /// How many clients
        #[arg(long, value_name = "N", num_args = 1.., default_values_t = [1, 32, 256])]
        connections: Vec<usize>,
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
    /// The two buffers of one connection, from full to empty, as lesson05 shows them
    Buffers,
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
        Command::Requests { rounds, time, connections } => {
            requests::run(&results("requests"), rounds, time, &connections)
        }
        Command::Bulk { rounds, time } => bulk::run(&results("bulk"), rounds, time),
        Command::Idle { rounds } => idle::run(&results("idle"), rounds),
        Command::Learner { rounds, whole } => learner::run(&results("learner"), rounds, whole),
        Command::Buffers => buffers::run(&results("buffers")),
        Command::Page => {
            for (path, text) in report::files(root()).explain("cannot read the records")? {
                fs::write(&path, text).explain(format!("cannot write {}", path.display()))?;
                say!("wrote {}", path.display())?;
            }
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::report::record::{Record, median, middle_half, range};
    use super::{report, root};

    /// What is recorded, and what the page on speed says: its tables, and its plots.
    #[test]
    fn tables_and_plots_are_what_was_measured() {
        let files = report::files(root()).expect("the records can be read");
        assert!(files.len() >= 3, "only {} files", files.len());
        for (path, expected) in files {
            let found = fs::read_to_string(&path).expect("a file of the book");
            let lines = found.lines().zip(expected.lines());
            let line = lines.take_while(|(found, expected)| found == expected).count() + 1;
            assert!(
                found == expected,
                "{}:{line} is not what was recorded: `cargo run --release -p bench -- page` writes it anew",
                path.display()
            );
        }
    }

    #[test]
    fn a_record_is_read_by_its_columns() {
        let record = Record::parse("# here, today\nround,who,rate\n1,a,3\n1,b,5\n2,a,4\n");
        let record = record.expect("a record");
        assert_eq!(record.setting, "here, today");
        assert_eq!(record.each("who").expect("a column"), ["a", "b"]);
        assert_eq!(record.numbers("rate", &[("who", "a")]).expect("numbers"), [3.0, 4.0]);
        assert!(record.numbers("rate", &[("who", "c")]).is_err());
        assert!(record.numbers("speed", &[]).is_err());
    }

    #[test]
    fn what_is_no_record_is_refused() {
        for text in ["", "round,rate\n1,2\n", "# here\nround,rate\n", "# here\nround,rate\n1\n"] {
            assert!(Record::parse(text).is_none(), "{text:?}");
        }
    }

    #[test]
    fn medians_and_quarters() {
        assert_eq!(median(&[3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), 2.5);
        assert_eq!(range(&[3.0, 1.0, 2.0]), (1.0, 3.0));
        assert_eq!(middle_half(&[8.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]), (3.0, 6.0));
    }
}
