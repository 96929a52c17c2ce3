//! `main` returns the system's own error.
//!
//! The error doesn't say which address is taken, nor by whom.
//!
//! Instead of: exercise03
//! Fails: never_listens_twice, knows_a_live_server, knows_a_busy_server,
//!   knows_what_a_run_has_left, knows_a_port_that_is_only_bound,
//!   tells_other_errors_apart, tells_a_privileged_port_apart, keeps_to_its_queue,
//!   reports_a_full_output

mod shared;

use std::io;

use common::{Arguments, complain};

// ANCHOR: bug
fn main() -> io::Result<()> {
    let arguments = Arguments::parse("A server that returns its errors from main");
    let listener = shared::listen(arguments.address, 128)?;
    // ANCHOR_END: bug
    println!("listening on {}", listener.local_addr()?);
    loop {
        let (connection, client) = listener.accept()?;
        if let Err(failure) = lesson02::serve(&connection, client, arguments.time_limit) {
            complain(&failure);
        }
    }
}
