//! Every error is an `unwrap`: whoever calls the program gets a panic and exit code 101, and no reason that
//! people can read. All but `main` is the solution's.

#[path = "../solution.rs"]
#[expect(dead_code, reason = "`main` is this file's own")]
mod solution;

use std::process::ExitCode;

use solution::{receive, run, send};

fn main() -> ExitCode {
    // BUG: a panic is for a mistake in the program, not for a mistake of the server.
    run(send, receive).unwrap();
    ExitCode::SUCCESS
}
