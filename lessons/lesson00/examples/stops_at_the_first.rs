//! A `?` inside the loop ends the program at the first bad address.
//!
//! The addresses after it are never looked at, even if they're good.
//!
//! Instead of: lesson00
//! Fails: classifies_all_of_them
//! Judged on: classifies_addresses, classifies_ports, says_why_it_is_no_address,
//!   classifies_all_of_them, classify_needs_an_address

use std::process::ExitCode;

use common::{Failure, complain, exit, say};

fn main() -> ExitCode {
    let addresses: Vec<String> = std::env::args().skip(2).collect();
    if addresses.is_empty() {
        complain(&Failure::new("nothing to classify", "there is no address"));
        return ExitCode::from(2);
    }
    exit(run(&addresses))
}

fn run(addresses: &[String]) -> Result<(), Failure> {
    for text in addresses {
        // ANCHOR: bug
        let address = lesson00::parse(text).map_err(|why| {
            Failure::new(format!("'{text}' is no address with a port"), why)
        })?;
        // ANCHOR_END: bug
        let (kind, port) = (lesson00::kind(address.ip()), lesson00::port(address.port()));
        say!("{address}\n  address  {kind}\n  port     {port}")?;
    }
    Ok(())
}
