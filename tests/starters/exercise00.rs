// NOT STARTED: delete this line to be graded
//! Exercise 0: what an address and a port are, and the two ends of a connection.
//!
//! This program knows only what the tutorial says about addresses and ports. The
//! assignment is at the top of tests/lesson00/exercise.rs.

use std::net::{IpAddr, TcpStream};
use std::process::ExitCode;

use common::{Arguments, Explain, Failure, cannot_connect, complain, exit, say};

fn main() -> ExitCode {
    let about = "Exercise 0: what addresses are, and the ends of a connection";
    match Arguments::parse_or_words(about, "classify") {
        (_, Some(addresses)) => classify(&addresses),
        (arguments, None) => exit(ends(&arguments)),
    }
}

// When this returns a `Failure`, the program prints it as one line on stderr and exits
// with code 1. `explain` makes a `Failure` of a socket call's error, and `?` returns it.
fn ends(arguments: &Arguments) -> Result<(), Failure> {
    let server = arguments.address;
    let connection = TcpStream::connect_timeout(&server, arguments.time_limit)
        .map_err(cannot_connect(server))?;

    // TODO(you): this shows the same end twice. Show both ends, one per line.
    let end = connection.peer_addr().explain("cannot learn an address")?;
    say!("local {end}")?;
    say!("peer {end}")
}

fn classify(addresses: &[String]) -> ExitCode {
    for text in addresses {
        if let Err(failure) = describe(text).and_then(|what| say!("{text}: {what}")) {
            complain(&failure);
            // TODO(you): the addresses after this one are never looked at. Go on with
            // them, and still exit with code 1 at the end.
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

fn describe(text: &str) -> Result<String, Failure> {
    let none =
        |why: &str| Failure::new(format!("'{text}' is no address with a port"), why);
    // TODO(you): this works for IPv4. What about IPv6, such as `[::1]:9090`?
    let (ip, number) = text.split_once(':').ok_or_else(|| none("it has no port"))?;
    let ip: IpAddr = ip.parse().map_err(|_| none("it has no IP address"))?;
    // TODO(you): any number passes as a port here, however large. What does `as` do with
    // a number that doesn't fit into 16 bits?
    let number =
        number.parse::<u128>().map_err(|_| none("its port is not a number"))? as u16;
    Ok(format!("{} address, {}", kind(ip), port(number)))
}

fn kind(ip: IpAddr) -> &'static str {
    // TODO(you): two kinds are missing: `private` and `unspecified`.
    if ip.is_loopback() { "loopback" } else { "other" }
}

fn port(port: u16) -> &'static str {
    // TODO(you): these are the tutorial's two ranges. Are there more? And is 0 a port?
    match port {
        0..=1023 => "system port",
        1024..=65535 => "dynamic port",
    }
}
