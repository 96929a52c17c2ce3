//! Each range of ports leaves out its last port.
//!
//! The ranges include both borders, so `<` should be `<=`. With `<`, 1023 and 49151 fall
//! into the next range, and 65535 into no range at all.
//!
//! Instead of: lesson00
//! Fails: classifies_ports
//! Judged on: classifies_addresses, classifies_ports, says_why_it_is_no_address,
//!   classifies_all_of_them, classify_needs_an_address

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
        let outcome = lesson00::parse(&text)
            .map_err(|why| {
                Failure::new(format!("'{text}' is no address with a port"), why)
            })
            .and_then(|address| {
                let (kind, port) = (lesson00::kind(address.ip()), port(address.port()));
                say!("{address}\n  address  {kind}\n  port     {port}")
            });
        if let Err(failure) = outcome {
            complain(&failure);
            code = ExitCode::FAILURE;
        }
    }
    code
}

fn port(port: u16) -> &'static str {
    // ANCHOR: bug
    if port == 0 {
        "none yet: the kernel chooses"
    } else if port < 1023 {
        "System port"
    } else if port < 49151 {
        "User port"
    } else if port < 65535 {
        "Dynamic port"
    } else {
        "no port of any range"
    }
    // ANCHOR_END: bug
}
