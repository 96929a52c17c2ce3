// NOT STARTED: delete this line to be graded
//! Exercise 5: a client that sends a long message to an echo server and checks the echo.
//!
//! This one works with a short message and a friendly server. The assignment is at the
//! top of tests/lesson05/exercise.rs.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::process::ExitCode;

use common::{Explain, Failure, cannot_connect, exit, say};
use lesson05::{echo_arguments, fill_from};

fn main() -> ExitCode {
    exit(run())
}

// When this returns a `Failure`, the program prints it as one line on stderr and exits
// with code 1. `explain` makes a `Failure` of a socket call's error, and `?` returns it.
fn run() -> Result<(), Failure> {
    let (arguments, length) =
        echo_arguments("Exercise 5: an echo of any length, in little memory");
    let server = arguments.address;
    let mut connection = TcpStream::connect_timeout(&server, arguments.time_limit)
        .map_err(cannot_connect(server))?;

    // TODO(you): from here on, nothing looks at `arguments.time_limit`. It's one deadline
    // for everything together.

    // TODO(you): this program keeps the whole message in memory, and then the whole echo.
    // It must stay small. `fill_from` can make any part of the message.
    let mut message = vec![0; length];
    fill_from(0, &mut message);

    // TODO(you): the server sends the echo while it reads. Where does it go meanwhile?
    connection.write_all(&message).explain("cannot send")?;
    connection.shutdown(Shutdown::Write).explain("cannot end the message")?;
    let mut echo = Vec::new();
    connection.read_to_end(&mut echo).explain("cannot read the echo")?;

    // TODO(you): this takes whatever has arrived for the echo. Check each chunk with
    // `lesson05::in_place(place, chunk)?`. `place` is the number of bytes before it.
    say!("echoed {} bytes, each in its place", echo.len())
}
