//! After it has printed the text, the client reads on until the server is silent.
//!
//! A server that sends a byte now and then holds it for good.
//!
//! Instead of: exercise01
//! Fails: stops_after_the_frame
//! Judged only on these.

mod shared;

use std::io::Read;
use std::process::ExitCode;
use std::time::Duration;

use common::{Arguments, Explain, Failure, Limited, exit, say};
use shared::{decode, greet, read_frame, time_left};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A client that reads on after the frame")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let mut connection = greet(arguments)?;
    let reply = read_frame(&mut Limited::new(&connection, time_left(arguments)))?;
    say!("{}", decode(reply)?)?;
    // ANCHOR: bug
    let pause = Some(Duration::from_millis(300));
    connection.set_read_timeout(pause).explain("cannot set a timeout")?;
    while matches!(connection.read(&mut [0; 1024]), Ok(1..)) {}
    // ANCHOR_END: bug
    Ok(())
}
