//! After the frame, the client has one more look at the stream, and minds a reset.
//!
//! It has the whole reply by then. Whatever comes afterwards is none of its business.
//!
//! Instead of: exercise01
//! Fails: stops_after_the_frame
//! Judged only on these.

mod shared;

use std::io::Read;
use std::process::ExitCode;
use std::time::Duration;

use common::{Arguments, Explain, Failure, Limited, exit, say, timed_out};
use shared::{decode, greet, read_frame, time_left};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A client that looks again after the frame")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let mut connection = greet(arguments)?;
    let reply = read_frame(&mut Limited::new(&connection, time_left(arguments)))?;
    // ANCHOR: bug
    let pause = Some(Duration::from_millis(700));
    connection.set_read_timeout(pause).explain("cannot set a timeout")?;
    match connection.read(&mut [0]) {
        Err(why) if !timed_out(&why) => return Err(why).explain("the reply broke off"),
        _ => {}
    }
    // ANCHOR_END: bug
    say!("{}", decode(reply)?)
}
