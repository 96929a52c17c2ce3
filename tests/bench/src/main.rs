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
mod system;

use std::fs;
use std::process::ExitCode;
use std::time::Duration;

use common::{CommandLine, Explain, Failure, exit, say};
use report::recorded;
use server::root;

const ABOUT: &str =
    "Measures the lessons beside their peers, and writes the book's tables and plots.";

const USAGE: &str = "COMMAND [OPTIONS]

  requests   Requests of 64 bytes: lesson04, C, tokio and Python in turn
  bulk       One connection as fast as it goes: lesson05's sweep and iperf3 in turn
  idle       Clients that say nothing, up to 10,000: what they cost lesson04, C and tokio
  learner    From an edit of an exercise to its verdict; and the book's first page
  buffers    The two buffers of one connection, from full to empty, as lesson05 shows them
  page       Writes the recorded results into the book: tables and plots

  --rounds N         How often to measure everything (default: requests 25, bulk 5, others 3)
  --time SECONDS     requests: how long to load each server with each number of connections
                     (default: 0.3); bulk: how long to write chunks of one size (default: 1)
  --connections N    requests: how many clients; may be repeated (default: 1, 32 and 256)
  --whole            learner: the complete `cargo test` as well";

fn main() -> ExitCode {
    exit(run())
}

fn run() -> Result<(), Failure> {
    let mut line = CommandLine::new(ABOUT, USAGE);
    let commands = ["requests", "bulk", "idle", "learner", "buffers", "page"];
    let command = commands.into_iter().find(|command| line.command(command)).unwrap_or_default();
    let (mut rounds, mut time, mut connections, mut whole) = (None, None, Vec::new(), false);
    while let Some(name) = line.argument() {
        match (command, name.as_str()) {
            ("requests" | "bulk" | "idle" | "learner", "--rounds") => {
                rounds = Some(line.number(1..=1000));
            }
            ("requests" | "bulk", "--time") => time = Some(line.seconds()),
            ("requests", "--connections") => connections.push(line.number(1..=100_000)),
            ("learner", "--whole") => whole = true,
            _ => line.refuse(),
        }
    }
    let results = recorded(root(), command);
    match command {
        "requests" => {
            if connections.is_empty() {
                connections = vec![1, 32, 256];
            }
            let time = time.unwrap_or(Duration::from_millis(300));
            requests::run(&results, rounds.unwrap_or(25), time, &connections)
        }
        "bulk" => bulk::run(&results, rounds.unwrap_or(5), time.unwrap_or(Duration::from_secs(1))),
        "idle" => idle::run(&results, rounds.unwrap_or(3)),
        "learner" => learner::run(&results, rounds.unwrap_or(3), whole),
        "buffers" => buffers::run(&results),
        "page" => {
            for (path, text) in report::files(root()).explain("cannot read the records")? {
                fs::write(&path, text).explain(format!("cannot write {}", path.display()))?;
                say!("wrote {}", path.display())?;
            }
            Ok(())
        }
        _ => line.bad("a command is missing"),
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
