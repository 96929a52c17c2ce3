// NOT STARTED: delete this line to be graded
//! Exercise 5: a client that sends a long message to an echo server and checks the echo.
//!
//! This one works with a short message and a friendly server. The list of checks at the
//! end of chapter 4 is the assignment. To grade this program, run
//! `cargo test -p lesson05 exercise`. To run it, start a server for it with
//! `cargo run -p lesson05 --bin echo_server`, and then
//! `cargo run -p lesson05 --bin exercise05`.

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

    // TODO(you), milestone 3: from here on, nothing looks at `arguments.time_limit`. It's
    // one deadline for everything together.

    // TODO(you), milestone 2: this program keeps the whole message in memory, and then the
    // whole echo. It must stay small. `fill_from` can make any part of the message.
    let mut message = vec![0; length];
    fill_from(0, &mut message);

    // TODO(you), milestone 2: the server sends the echo while it reads. Where does it go
    // meanwhile?
    connection.write_all(&message).explain("cannot send")?;
    connection.shutdown(Shutdown::Write).explain("cannot end the message")?;
    let mut echo = Vec::new();
    connection.read_to_end(&mut echo).explain("cannot read the echo")?;

    // TODO(you), milestone 1: this takes whatever has arrived for the echo. Check each
    // chunk with `lesson05::in_place(place, chunk)?`, where `place` is the number of bytes
    // before it.
    say!("echoed {} bytes, each in its place", echo.len())
}
