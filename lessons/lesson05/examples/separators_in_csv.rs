//! Numbers have separators (`57,344`) in a file whose columns are separated by commas.
//!
//! So one number becomes two columns. Also, the program opens the file only after its
//! work is done, so a bad path costs the user all of the results.
//!
//! Instead of: lesson05
//! Fails: csv_has_the_rows_of_the_table, refuses_a_bad_csv_path_first
//! Judged only on these.

mod shared;

use std::fs::File;
use std::io::Write;
use std::process::ExitCode;

use common::{Explain, Failure, TUTORIAL_ADDRESS, exit, say};
use lesson05::{fill, listen, numbered_lines, say_full};
use shared::{finish, small_ends};

fn main() -> ExitCode {
    exit(run(std::env::args().skip(1).collect()))
}

/// Takes ADDRESS, `--csv` and FILE, in this order.
fn run(arguments: Vec<String>) -> Result<(), Failure> {
    let address = arguments.first().map_or(TUTORIAL_ADDRESS, |address| address);
    let address = address.parse().map_err(|why| Failure::new("bad address", why))?;
    let listener = listen(address)?;
    let (sender, receiver) = small_ends(&listener)?;
    let message = numbered_lines(256 << 10);
    sender.set_nonblocking(true).explain("cannot make the sender non-blocking")?;

    let mut sent = 0;
    let taken = fill(&sender, &message, &mut sent)?;
    say_full(message.len(), &taken, 0)?;
    say!("   0 {sent} {sent} = ? + ? + 0")?;
    finish(&sender, &receiver, &message, sent)?;

    // ANCHOR: bug
    if let Some(path) = arguments.get(2) {
        let mut file = File::create(path).explain(format!("cannot write {path}"))?;
        let sent = with_separators(sent);
        let rows = format!(
            "step,read_now,sent_now,sent,unacknowledged,waiting,read\n0,0,{sent},{sent},,,0\n"
        );
        file.write_all(rows.as_bytes()).explain(format!("cannot write {path}"))?;
    }
    // ANCHOR_END: bug
    Ok(())
}

fn with_separators(number: usize) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().flat_map(std::str::from_utf8).collect();
    groups.join(",")
}
