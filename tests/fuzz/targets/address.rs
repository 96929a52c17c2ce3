//! A text is an address where the standard library says so, and where it is none, the reason is true.

#![no_main]

use std::net::SocketAddr;

use lesson00::{kind, parse, port};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    match parse(text) {
        Ok(address) => {
            assert_eq!(Ok(address), text.parse());
            assert_eq!(parse(&address.to_string()), Ok(address));
            assert!(!kind(address.ip()).is_empty() && !port(address.port()).is_empty());
        }
        Err(why) => {
            assert!(text.parse::<SocketAddr>().is_err());
            is_true(text, &why);
        }
    }
});

fn is_true(text: &str, why: &str) {
    if let Some(advised) = why.strip_prefix("before a port, an IPv6 address needs brackets: ") {
        assert!(advised.parse::<SocketAddr>().is_ok(), "{why}");
    } else if let Some(port) = why.strip_prefix("a port has 16 bits: ") {
        let port = port.strip_suffix(" is more than 65535").expect("a whole sentence");
        let port = port.trim_start_matches('0');
        assert!(port.len() > 5 || port.parse::<u32>().is_ok_and(|port| port > 65535), "{why}");
    } else if why.starts_with("a number in it begins with 0") {
        let (host, _) = text.rsplit_once(':').expect("a host and a port");
        assert!(host.split('.').any(|part| part.len() > 1 && part.starts_with('0')), "{why}");
    } else if let Some(part) = why.strip_suffix("' is not a number from 0 to 255") {
        let part = part.strip_prefix('\'').expect("a whole sentence");
        let digits = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        assert!(!digits || part.parse::<u8>().is_err(), "{why}");
    } else if let Some(advised) = why.strip_prefix("the port is missing, as in [") {
        // It is the address alone that has been understood.
        if text.parse::<std::net::Ipv6Addr>().is_ok() {
            assert!(format!("[{advised}").parse::<SocketAddr>().is_ok(), "{why}");
        }
    } else {
        assert!(!why.is_empty());
    }
}
