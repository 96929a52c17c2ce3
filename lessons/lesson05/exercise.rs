// NOT STARTED: delete this line to be graded
//! Exercise 5: a client that sends a long message to a server that echoes it, and
//! compares the echo.
//!
//! This one works with a short message and a server of good will. The assignment is the
//! header of tests/lesson05/exercise.rs.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::process::ExitCode;

use common::{Explain, Failure, cannot_connect, exit, say};
use lesson05::{echo_arguments, fill_from};

fn main() -> ExitCode {
    exit(run())
}

// A `Failure` that is returned here becomes a line on stderr and exit code 1; `?` and
// `explain` make one of an error of a socket call.
fn run() -> Result<(), Failure> {
    let (arguments, length) =
        echo_arguments("Exercise 5: an echo of any length, in little memory");
    let server = arguments.address;
    let mut connection = TcpStream::connect_timeout(&server, arguments.time_limit)
        .map_err(cannot_connect(server))?;

    // TODO(you): from here on nothing looks at `arguments.time_limit`, which is for
    // everything together.

    // TODO(you): this program is as large as the message, and then as large as the echo
    // too. It must stay small: `fill_from` makes any chunk of the message.
    let mut message = vec![0; length];
    fill_from(0, &mut message);

    // TODO(you): the server sends the echo while it reads. Who takes it in the meantime?
    connection.write_all(&message).explain("cannot send")?;
    connection.shutdown(Shutdown::Write).explain("cannot end the message")?;
    let mut echo = Vec::new();
    connection.read_to_end(&mut echo).explain("cannot read the echo")?;

    // TODO(you): whatever has come is taken for the echo. `lesson05::in_place(place,
    // chunk)?` is an error if the chunk is not the one that belongs there; `place` is how
    // many bytes came before it.
    say!("echoed {} bytes, each in its place", echo.len())
}
