//! A parent process starts the server again after a panic.
//!
//! `kill` ends only the parent. The server itself goes on without a parent, and keeps its
//! client and the port.
//!
//! Instead of: lesson02
//! Fails: ends_in_the_middle_of_a_reply
//! Judged only on these.

use std::env;
use std::net::TcpListener;
use std::process::{Command, ExitCode};

use common::{Arguments, Explain, Failure, cannot_listen, exit, say};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A server that starts itself again after a panic")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    // ANCHOR: bug
    if env::var_os("SERVER").is_none() {
        let program = env::current_exe().explain("cannot find this program")?;
        let mut server = Command::new(program);
        server.args(env::args_os().skip(1)).env("SERVER", "yes");
        // 101 is the exit code of a panic.
        while server.status().explain("cannot start the server")?.code() == Some(101) {}
        return Ok(());
    }
    // ANCHOR_END: bug

    let listener =
        TcpListener::bind(arguments.address).map_err(cannot_listen(arguments.address))?;
    say!("listening on {}", listener.local_addr().explain("cannot learn the address")?)?;
    let (connection, client) = listener.accept().explain("cannot accept a client")?;
    lesson02::serve(&connection, client, arguments.time_limit)
}
