//! The address is cut at its first colon.
//!
//! That's right for IPv4 and always wrong for IPv6, whose addresses have colons of their
//! own. Also, this program exits with code 0 when it's given no address at all, as if
//! that were fine.
//!
//! Instead of: lesson00
//! Fails: classifies_addresses, classify_needs_an_address
//! Judged on: classifies_addresses, classifies_ports, says_why_it_is_no_address,
//!   classifies_all_of_them, classify_needs_an_address

use std::net::{IpAddr, SocketAddr};
use std::process::ExitCode;

use common::{Failure, complain, say};

fn main() -> ExitCode {
    let mut code = ExitCode::SUCCESS;
    // The program's own name and `classify` come first.
    for text in std::env::args().skip(2) {
        let outcome = parse(&text).and_then(|address| {
            let (kind, port) =
                (lesson00::kind(address.ip()), lesson00::port(address.port()));
            say!("{address}\n  address  {kind}\n  port     {port}")
        });
        if let Err(failure) = outcome {
            complain(&failure);
            code = ExitCode::FAILURE;
        }
    }
    code
}

fn parse(text: &str) -> Result<SocketAddr, Failure> {
    let none = || {
        let why = lesson00::parse(text).err().unwrap_or("it is not an IP address".into());
        Failure::new(format!("'{text}' is no address with a port"), why)
    };
    // ANCHOR: bug
    let (ip, port) = text.split_once(':').ok_or_else(none)?;
    let ip: IpAddr = ip.parse().map_err(|_| none())?;
    let port: u16 = port.parse().map_err(|_| none())?;
    // ANCHOR_END: bug
    Ok(SocketAddr::new(ip, port))
}
