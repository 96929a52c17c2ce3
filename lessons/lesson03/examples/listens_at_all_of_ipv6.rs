//! Told an address of IPv6, the server listens at all addresses, and prints the user's.
//!
//! On Linux, that one listener takes clients of IPv4 as well (ipv6(7), IPV6_V6ONLY).
//!
//! Instead of: exercise03
//! Fails: listens_on_ipv6, never_listens_twice, tells_other_errors_apart,
//!   keeps_to_its_queue, has_room_for_128_clients
//! Judged only on Linux. Elsewhere the check doesn't look.

mod shared;

use std::net::{Ipv6Addr, SocketAddr};
use std::process::ExitCode;

use common::exit;
use shared::{RIGHT, Server, listen, run_for_good};

fn main() -> ExitCode {
    let server = Server {
        // ANCHOR: bug
        listen: |mut address, queue| {
            if address.is_ipv6() {
                address.set_ip(Ipv6Addr::UNSPECIFIED.into());
            }
            listen(address, queue)
        },
        shown: |given, bound| SocketAddr::new(given.ip(), bound.port()),
        // ANCHOR_END: bug
        ..RIGHT
    };
    exit(run_for_good("A server that binds all of IPv6", &server))
}
