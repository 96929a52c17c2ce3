//! What an address and a port are, from their numbers alone. No packet is sent, no name
//! looked up.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::ops::RangeInclusive;

/// The three ranges of ports (RFC 6335 §6), each with what it is for.
pub const RANGES: [(&str, RangeInclusive<u16>, &str); 3] = [
    ("System", 0..=1023, "for well-known services, needs a privilege"),
    ("User", 1024..=49151, "registered for a service, or free to use"),
    ("Dynamic", 49152..=65535, "never registered, for short-lived use"),
];

/// An address and a port.
///
/// # Errors
///
/// The reason, in words, why the text is none.
pub fn parse(text: &str) -> Result<SocketAddr, String> {
    // The standard library decides. The rest only finds words for what is wrong.
    text.parse().map_err(|_| why_none(text))
}

fn why_none(text: &str) -> String {
    if let Ok(whole) = text.parse::<Ipv6Addr>() {
        // `::1:80` is an IPv6 address in itself, ending in the group 80.
        return match text.rsplit_once(':') {
            Some((ip, port))
                if ip.parse::<Ipv6Addr>().is_ok() && port.parse::<u16>().is_ok() =>
            {
                format!("before a port, an IPv6 address needs brackets: [{ip}]:{port}")
            }
            _ => format!("the port is missing, as in [{whole}]:9090"),
        };
    }
    // The last colon: an IPv6 address has colons of its own.
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) if !host.is_empty() && !text.ends_with(']') => (host, port),
        Some(("", _)) => return "the address is missing, as in 127.0.0.1:9090".into(),
        _ if text.is_empty() => return "it is empty".into(),
        _ => return format!("the port is missing, as in {text}:9090"),
    };
    let in_brackets = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let ip = match in_brackets {
        Some(ip) => ip.parse::<Ipv6Addr>().map(IpAddr::from).ok(),
        None => host.parse::<Ipv4Addr>().map(IpAddr::from).ok(),
    };
    match (ip, in_brackets) {
        (Some(_), _) => why_no_port(port),
        (None, Some(ip)) => format!("'{ip}' is not an IPv6 address"),
        (None, None) => why_no_v4(host),
    }
}

fn why_no_v4(host: &str) -> String {
    let parts: Vec<&str> = host.split('.').collect();
    let number =
        |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if host.contains(':') {
        return "before a port, an IPv6 address needs brackets, as in [::1]:80".into();
    }
    if !number(parts[0]) {
        let name = |c: char| c.is_alphanumeric() || "-_.".contains(c);
        return match host.chars().all(name) {
            true => format!("'{host}' is a name, and only a look-up tells its address"),
            false => format!("'{host}' is not an IP address"),
        };
    }
    if parts.len() != 4 {
        return format!(
            "an IPv4 address has four numbers, and '{host}' has {}",
            parts.len()
        );
    }
    match parts.iter().find(|part| !number(part) || part.parse::<u8>().is_err()) {
        Some(part) => format!("'{part}' is not a number from 0 to 255"),
        None => "a number in it begins with 0, which some programs read as octal".into(),
    }
}

fn why_no_port(port: &str) -> String {
    match port {
        "" => "the port is missing after the colon".into(),
        _ if port.bytes().all(|byte| byte.is_ascii_digit()) => {
            format!("a port has 16 bits: {port} is more than 65535")
        }
        _ => format!("the port '{port}' is not a number from 0 to 65535"),
    }
}

/// What the address is for.
///
/// The ranges are those of the registries of special-purpose addresses (RFC 6890).
pub fn kind(ip: IpAddr) -> &'static str {
    match ip {
        IpAddr::V4(ip) => kind_v4(ip),
        IpAddr::V6(ip) => match ip.to_ipv4_mapped() {
            Some(v4) => kind_v4(v4),
            None => kind_v6(ip),
        },
    }
}

const LOOPBACK: &str = "loopback: only this machine reaches it";
const LINK_LOCAL: &str = "link-local: only machines on the same network segment reach it";
const MULTICAST: &str =
    "multicast: a group of receivers, never one end of a TCP connection";
const DOCUMENTATION: &str = "documentation: for examples, in use nowhere";
const RESERVED: &str = "reserved: not for ordinary use";
const GLOBAL: &str = "global: unique in the whole Internet";

fn kind_v4(ip: Ipv4Addr) -> &'static str {
    match ip.octets() {
        _ if ip.is_unspecified() => {
            "unspecified: a listener here listens on every IPv4 address of this machine"
        }
        _ if ip.is_loopback() => LOOPBACK,
        _ if ip.is_private() => {
            "private: reached only inside its network; many networks use the same"
        }
        _ if ip.is_link_local() => LINK_LOCAL,
        _ if ip.is_multicast() => MULTICAST,
        _ if ip.is_documentation() => DOCUMENTATION,
        _ if ip.is_broadcast() => {
            "broadcast: all machines on the network, never one end of a TCP connection"
        }
        // RFC 6598.
        [100, 64..=127, ..] => "shared: between an Internet provider and its customers",
        // "This network" (RFC 791), benchmarks (RFC 2544), future use (RFC 1112).
        [0, ..] | [198, 18..=19, ..] | [240..=255, ..] => RESERVED,
        _ => GLOBAL,
    }
}

fn kind_v6(ip: Ipv6Addr) -> &'static str {
    match ip.segments() {
        // On the IPv4 ones as well if sockets for IPv6 take IPv4 clients (ipv6(7),
        // IPV6_V6ONLY).
        _ if ip.is_unspecified() => {
            "unspecified: a listener here listens on every IPv6 address of this machine, \
             or on all"
        }
        _ if ip.is_loopback() => LOOPBACK,
        _ if ip.is_unicast_link_local() => LINK_LOCAL,
        _ if ip.is_unique_local() => {
            "private (unique local): reached only inside its network"
        }
        _ if ip.is_multicast() => MULTICAST,
        // RFC 3849 and RFC 9637.
        [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => DOCUMENTATION,
        // Global unicast addresses are assigned from here (RFC 4291 §2.4).
        [0x2000..=0x3fff, ..] => GLOBAL,
        _ => RESERVED,
    }
}

/// What the port is.
pub fn port(port: u16) -> String {
    if port == 0 {
        return "none yet: a program that binds port 0 leaves the choice to the kernel"
            .into();
    }
    let range = RANGES.iter().find(|(_, range, _)| range.contains(&port));
    let (name, range, purpose) = range.expect("the ranges cover all ports");
    format!("{name} port ({} to {}): {purpose}", range.start(), range.end())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_kind_begins_and_ends_where_its_registry_says() {
        for (word, addresses) in [
            ("unspecified", &["0.0.0.0", "::"][..]),
            ("loopback", &["127.0.0.0", "127.255.255.255", "::1", "::ffff:127.0.0.1"]),
            (
                "private",
                &["10.0.0.0", "172.16.0.0", "172.31.255.255", "192.168.0.0", "fc00::"],
            ),
            ("link-local", &["169.254.0.0", "169.254.255.255", "fe80::", "febf::"]),
            ("multicast", &["224.0.0.0", "239.255.255.255", "ff00::"]),
            ("documentation", &["192.0.2.0", "198.51.100.0", "203.0.113.255"]),
            ("documentation", &["2001:db8::", "3fff::", "3fff:fff::"]),
            ("broadcast", &["255.255.255.255"]),
            ("shared", &["100.64.0.0", "100.127.255.255"]),
            ("reserved", &["0.0.0.1", "0.255.255.255", "198.18.0.0", "198.19.255.255"]),
            ("reserved", &["240.0.0.0", "255.255.255.254", "1fff::", "4000::", "fec0::"]),
            ("global", &["1.0.0.0", "100.63.255.255", "100.128.0.0", "128.0.0.0"]),
            ("global", &["172.15.255.255", "172.32.0.0", "198.17.255.255", "198.20.0.0"]),
            ("global", &["223.255.255.255", "2000::", "2001:db9::", "3fff:1000::"]),
        ] {
            for address in addresses {
                let ip = address.parse().expect("an address");
                assert!(kind(ip).starts_with(word), "{address} is {}", kind(ip));
            }
        }
    }

    proptest! {
        #[test]
        fn every_address_is_read_as_it_is_written(address in any::<SocketAddr>()) {
            // The number of a scope is no part of what an address is for.
            let address = SocketAddr::new(address.ip(), address.port());
            prop_assert_eq!(parse(&address.to_string()), Ok(address));
            prop_assert!(!kind(address.ip()).is_empty());
            prop_assert!(!super::port(address.port()).is_empty());
        }

        #[test]
        fn what_is_no_address_has_a_reason(text in "[0-9a-f.:\\[\\]x你 %-]{0,24}|.{0,24}") {
            match parse(&text) {
                Ok(address) => prop_assert_eq!(text.parse(), Ok(address)),
                Err(why) => prop_assert!(!why.is_empty()),
            }
        }
    }
}
