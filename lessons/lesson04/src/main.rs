//! Lesson 4: a server for many clients, each on a thread of its own, that can be stopped.

mod args;
mod converse;
mod log;
mod server;

use std::process::ExitCode;

fn main() -> ExitCode {
    common::exit(server::run(args::parse(), converse::converse))
}
