//! The server serves one client and ends, as the lesson's program does.
//!
//! The exercise asks for a server that goes on with the next client.
//!
//! Instead of: exercise03
//! Fails: serves_one_after_another, reads_to_the_clients_end, gives_up_on_a_slow_sender,
//!   ends_a_silent_client_in_time, serves_a_hundred_clients, never_listens_twice,
//!   restarts_three_times, knows_a_live_server, keeps_to_its_queue,
//!   has_room_for_128_clients, survives_resets_at_any_moment, survives_whatever_is_sent,
//!   survives_a_crowd, waits_for_its_stderr

mod shared;

use std::process::ExitCode;

use common::exit;
use shared::{RIGHT, Server, run_for_good};

fn main() -> ExitCode {
    // ANCHOR: bug
    let server = Server { clients: 1, ..RIGHT };
    // ANCHOR_END: bug
    exit(run_for_good("A server for one client", &server))
}
