//! After the last byte, a second of silence is as good as the end.
//!
//! More may come at any time before the limit. Only the end of the stream says that nothing
//! will.
//!
//! Instead of: exercise05
//! Fails: has_time_by_default
//! Judged only on these.

mod client;

use std::io::Read;
use std::net::Shutdown;
use std::process::ExitCode;
use std::time::Duration;

use common::{Explain, Failure, Limited, exit, say, timed_out};
use lesson05::{echo_arguments, in_place};

fn main() -> ExitCode {
    exit(run())
}

fn run() -> Result<(), Failure> {
    let (arguments, length) = echo_arguments("Exercise 5: a second of silence");
    let limit = arguments.time_limit;
    let mut connection = client::connect(arguments.address, limit)?;
    client::send(&mut Limited::new(&connection, limit), length)?;
    connection.shutdown(Shutdown::Write).explain("cannot end the message")?;
    let mut echo = vec![0; length];
    Limited::new(&connection, limit)
        .read_exact(&mut echo)
        .explain("the echo broke off")?;
    in_place(0, &echo)?;
    // BUG: a timeout proves nothing.
    connection
        .set_read_timeout(Some(Duration::from_secs(1)))
        .explain("cannot set a timeout")?;
    match connection.read(&mut [0]) {
        Ok(0) => say!("echoed {length} bytes, each in its place"),
        Err(why) if timed_out(&why) => say!("echoed {length} bytes, each in its place"),
        Ok(_) => Err(Failure::new("the echo does not end", "more than was sent")),
        Err(why) => Err(why).explain("the echo broke off"),
    }
}
