//! A refused client tries again, five times in a second.
//!
//! Nobody listens there, and the kernel has said so.
//!
//! Instead of: exercise05
//! Fails: reports_a_refusal, echoes_over_ipv6, gives_up_connecting

mod client;

use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use common::{Failure, exit};
use lesson05::echo_arguments;

fn main() -> ExitCode {
    exit(run())
}

fn run() -> Result<(), Failure> {
    let (arguments, length) = echo_arguments("Exercise 5: five attempts");
    let limit = arguments.time_limit;
    let mut connection = client::connect(arguments.address, limit);
    // BUG: the first refusal is the answer.
    for _ in 0..5 {
        if connection.is_err() {
            thread::sleep(Duration::from_millis(200));
            connection = client::connect(arguments.address, limit);
        }
    }
    client::converse(&connection?, limit, length)
}
