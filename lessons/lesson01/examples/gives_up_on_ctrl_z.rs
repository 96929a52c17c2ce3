//! An interrupted `read` is taken for a broken connection.
//!
//! After Ctrl-Z and `fg`, a read with a timeout fails with "interrupted" (signal(7)).
//! This client then says that the reply broke off, but the connection is as good as
//! before.
//!
//! Instead of: exercise01
//! Fails: goes_on_after_ctrl_z
//! Judged only on these.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::process::ExitCode;

use common::{Arguments, Explain, Failure, GREETING, cannot_connect, exit, say};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A client that takes Ctrl-Z for a broken connection")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let server = arguments.address;
    let mut connection = TcpStream::connect_timeout(&server, arguments.time_limit)
        .map_err(cannot_connect(server))?;
    connection
        .set_read_timeout(Some(arguments.time_limit))
        .explain("cannot set a limit")?;
    connection.write_all(GREETING.as_bytes()).explain("cannot send")?;
    let _ = connection.shutdown(Shutdown::Write);
    let (mut reply, mut chunk) = (Vec::new(), [0; 4096]);
    loop {
        // ANCHOR: bug
        let count = connection.read(&mut chunk).explain("the reply broke off")?;
        // ANCHOR_END: bug
        match count {
            0 => break,
            count => reply.extend_from_slice(&chunk[..count]),
        }
    }
    say!(
        "{}",
        String::from_utf8(reply).map_err(|why| Failure::new("not text in UTF-8", why))?
    )
}
