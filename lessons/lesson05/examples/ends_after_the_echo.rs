//! The program finishes sending only when the echo is whole.
//!
//! A server that answers when it has read everything waits for the end of the message, and
//! the program for the echo.
//!
//! Instead of: exercise05
//! Fails: echoes_messages_of_any_length, connects_to_9090_by_default, echoes_over_ipv6,
//!   notices_an_early_end, notices_bytes_out_of_place, notices_a_wrong_byte,
//!   notices_a_wrong_end, notices_bytes_too_many, notices_a_reset,
//!   notices_a_reset_at_the_end, sends_every_byte_once, says_so_at_once,
//!   is_idle_before_the_echo, has_time_by_default, gives_up_connecting

mod client;

use std::net::Shutdown;
use std::process::ExitCode;
use std::thread;

use common::{Explain, Failure, Limited, exit, say};
use lesson05::{echo_arguments, in_place};

fn main() -> ExitCode {
    exit(run())
}

fn run() -> Result<(), Failure> {
    let (arguments, length) = echo_arguments("Exercise 5: end after the echo");
    let limit = arguments.time_limit;
    let connection = client::connect(arguments.address, limit)?;
    let mut sender = Limited::new(&connection, limit);
    let mut receiver = Limited::new(&connection, limit);
    let mut received = 0;
    thread::scope(|scope| {
        scope.spawn(|| client::send(&mut sender, length));
        let outcome = client::receive_with(&mut receiver, length, |place, chunk| {
            received += chunk.len();
            // BUG: the server may be waiting for this.
            if received == length {
                connection.shutdown(Shutdown::Write).explain("cannot end the message")?;
            }
            in_place(place, chunk)
        });
        let _ = connection.shutdown(Shutdown::Both);
        outcome
    })?;
    say!("echoed {length} bytes, each in its place")
}
