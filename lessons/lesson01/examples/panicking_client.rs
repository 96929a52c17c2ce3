//! Every error ends in a panic (C11).
//!
//! The user gets a message that's meant for programmers, and exit code 101.
//!
//! Instead of: lesson01
//! Fails: reports_no_reply, reports_a_refusal, gives_up_connecting,
//!   gives_up_on_a_silent_server, gives_up_on_a_slow_server, reports_a_reset,
//!   reports_bytes_that_are_not_text, bounds_the_reply, speaks_the_encoding_it_is_told,
//!   answers_help, refuses_unknown_options, refuses_bad_addresses,
//!   reports_a_server_that_closes, reports_a_full_output

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::Duration;

fn main() {
    // ANCHOR: bug
    let server: SocketAddr = std::env::args().next_back().unwrap().parse().unwrap();
    let mut connection =
        TcpStream::connect_timeout(&server, Duration::from_secs(10)).unwrap();
    connection.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    connection.write_all(common::GREETING.as_bytes()).unwrap();
    let _ = connection.shutdown(Shutdown::Write);
    let mut reply = String::new();
    connection.read_to_string(&mut reply).unwrap();
    // ANCHOR_END: bug
    println!("{reply}");
}
