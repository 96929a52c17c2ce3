//! One read is one message, as in the tutorial.
//!
//! Lines that arrive together get one reply, and a line that arrives in chunks gets
//! several.
//!
//! Instead of: exercise04
//! Fails: answers_every_line, joins_the_chunks_of_a_line, answers_the_last_line,
//!   answers_any_text, serves_clients_at_the_same_time, serves_many_clients,
//!   does_the_same_in_ipv6, waits_for_a_slow_reader, closes_on_bytes_that_are_not_text,
//!   closes_on_a_line_that_is_too_long, stops_on_ctrl_c,
//!   finishes_lines_that_have_arrived, serves_on_after_ctrl_z

mod lines;
mod shared;

use std::io::Read;
use std::process::ExitCode;

use common::{Explain, exit};

use lines::{answer, text_of};
use shared::converse::{lost, set_options};
use shared::server::{Client, Outcome};
use shared::*;

fn main() -> ExitCode {
    exit(server::run(args::parse(), converse))
}

fn converse(client: &Client) -> Outcome {
    set_options(client).explain(format!("lost {}", client.address))?;
    let mut connection = &*client.connection;
    let mut buffer = vec![0; 128 << 10];
    loop {
        // ANCHOR: bug
        match connection.read(&mut buffer) {
            Ok(0) => return Ok("it finished sending"),
            Ok(length) => answer(client, text_of(client, &buffer[..length])?)?,
            Err(why) => return lost(client, why),
        }
        // ANCHOR_END: bug
    }
}
