//! The server prints the address it was given, not the one it listens on.
//!
//! With port 0 these differ: the kernel chose the real port, and no client can find it.
//!
//! Instead of: exercise03
//! Fails: says_where_it_listens, listens_on_ipv6, serves_one_after_another,
//!   reads_to_the_clients_end, gives_up_on_a_slow_sender, ends_a_silent_client_in_time,
//!   serves_a_hundred_clients, never_listens_twice, restarts_after_closing_first,
//!   restarts_after_a_kill, restarts_three_times, knows_a_live_server,
//!   keeps_to_its_queue, has_room_for_128_clients, gives_a_client_time

mod shared;

use std::process::ExitCode;

use common::exit;
use shared::{RIGHT, Server, run_for_good};

fn main() -> ExitCode {
    // ANCHOR: bug
    let server = Server { shown: |given, _bound| given, ..RIGHT };
    // ANCHOR_END: bug
    exit(run_for_good("A server that prints what it was told", &server))
}
