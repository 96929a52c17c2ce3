//! An interrupted `read` is taken for a broken connection.
//!
//! After Ctrl-Z and `fg`, a read with a timeout fails with "interrupted" (signal(7)).
//! This client then says that the reply broke off, but the connection is as good as
//! before.
//!
//! Instead of: exercise01
//! Fails: goes_on_after_ctrl_z
//! Judged only on these.

mod shared;

use std::io::Read;
use std::process::ExitCode;

use common::{Arguments, Explain, Failure, exit, say};
use shared::{decode, greet, read_frame};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A client that takes Ctrl-Z for a broken connection")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let mut connection = greet(arguments)?;
    connection
        .set_read_timeout(Some(arguments.time_limit))
        .explain("cannot set a timeout")?;
    let (mut reply, mut chunk) = (Vec::new(), [0; 4096]);
    loop {
        // ANCHOR: bug
        let count = connection.read(&mut chunk).explain("the reply broke off")?;
        // ANCHOR_END: bug
        reply.extend_from_slice(&chunk[..count]);
        if count == 0 || reply.len() >= 4 && read_frame(&mut &reply[..]).is_ok() {
            break;
        }
    }
    say!("{}", decode(read_frame(&mut &reply[..])?)?)
}
