//! `cargo run -p book` builds the workbook, checks it, and serves it with live reload.

use std::process::ExitCode;

fn main() -> ExitCode {
    book::command::main()
}
