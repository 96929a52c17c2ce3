//! After the last byte of the frame, the client asks its socket for an error.
//!
//! It doesn't wait. A reset that has come by then is none of its business, either.
//!
//! Instead of: exercise01
//! Fails: stops_after_the_frame
//! Judged only on Linux.

mod shared;

use std::io::ErrorKind;
use std::process::ExitCode;

use common::{Arguments, Explain, Failure, Limited, exit, say};
use shared::{decode, greet, read_frame, time_left};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A client that peeks after the frame")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let connection = greet(arguments)?;
    let reply = read_frame(&mut Limited::new(&connection, time_left(arguments)))?;
    // ANCHOR: bug
    connection.set_nonblocking(true).explain("cannot peek")?;
    match connection.peek(&mut [0]) {
        Err(why) if why.kind() != ErrorKind::WouldBlock => {
            return Err(why).explain("the reply broke off");
        }
        _ => {}
    }
    // ANCHOR_END: bug
    say!("{}", decode(reply)?)
}
