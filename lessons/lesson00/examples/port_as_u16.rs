//! The port is read as a large number, and `as` cuts it to 16 bits.
//!
//! 65536 silently becomes 0, and 74626 becomes 9090. A word that isn't a number becomes 0
//! as well.
//!
//! Instead of: lesson00
//! Fails: says_why_it_is_no_address
//! Judged on: classifies_addresses, classifies_ports, says_why_it_is_no_address,
//!   classifies_all_of_them, classify_needs_an_address

use std::net::{IpAddr, SocketAddr};
use std::process::ExitCode;

use common::{Failure, complain, say};

fn main() -> ExitCode {
    let mut code = ExitCode::SUCCESS;
    let addresses: Vec<String> = std::env::args().skip(2).collect();
    if addresses.is_empty() {
        complain(&Failure::new("nothing to classify", "there is no address"));
        return ExitCode::from(2);
    }
    for text in addresses {
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
    let none =
        |why: &str| Failure::new(format!("'{text}' is no address with a port"), why);
    let why = || lesson00::parse(text).err().unwrap_or_default();
    let (ip, port) = text.rsplit_once(':').ok_or_else(|| none(&why()))?;
    let ip = match ip.strip_prefix('[').and_then(|ip| ip.strip_suffix(']')) {
        Some(ip) => ip.parse().map(IpAddr::V6),
        None => ip.parse().map(IpAddr::V4),
    };
    // ANCHOR: bug
    let port = port.parse::<u64>().unwrap_or_default() as u16;
    // ANCHOR_END: bug
    Ok(SocketAddr::new(ip.map_err(|_| none(&why()))?, port))
}
