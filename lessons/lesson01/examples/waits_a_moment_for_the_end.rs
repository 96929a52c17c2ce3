//! After the frame, the client gives the server 0.4 seconds to end the stream.
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
    exit(run(&Arguments::parse("A client that waits for a moment")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let mut connection = greet(arguments)?;
    let reply = read_frame(&mut Limited::new(&connection, time_left(arguments)))?;
    // ANCHOR: bug
    let pause = Some(Duration::from_millis(400));
    connection.set_read_timeout(pause).explain("cannot set a timeout")?;
    let _ = connection.read(&mut [0]);
    // ANCHOR_END: bug
    say!("{}", decode(reply)?)
}
