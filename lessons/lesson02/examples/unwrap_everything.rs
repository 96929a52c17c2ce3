//! Every error ends in a panic (C11).
//!
//! The user gets a message that's meant for programmers, and exit code 101.
//!
//! Instead of: lesson02
//! Fails: reports_a_reset, reports_an_empty_message, reports_bytes_that_are_not_text,
//!   bounds_the_message, gives_up_on_a_silent_client, gives_up_on_a_slow_sender,
//!   answers_help, refuses_unknown_options, refuses_bad_addresses, reports_a_taken_port,
//!   reports_a_privileged_port, reports_a_reset_later_on, reports_a_full_output,
//!   reports_a_closed_output, reports_that_no_descriptor_is_left

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener};
use std::time::Duration;

fn main() {
    // ANCHOR: bug
    let address: SocketAddr = std::env::args().next_back().unwrap().parse().unwrap();
    let listener = TcpListener::bind(address).unwrap();
    println!("listening on {}", listener.local_addr().unwrap());
    let (mut connection, client) = listener.accept().unwrap();
    connection.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let mut message = vec![0; 1024];
    let count = connection.read(&mut message).unwrap();
    // ANCHOR_END: bug
    message.truncate(count);
    connection.write_all(common::REPLY.as_bytes()).unwrap();
    let _ = connection.shutdown(Shutdown::Write);
    connection.read_to_end(&mut message).unwrap();
    println!("{client} sent {:?}", String::from_utf8(message).unwrap());
}
