// NOT STARTED: delete this line to be graded
//! Exercise 0: what an address and a port are, and the two ends of a connection.
//!
//! This one knows of addresses and ports what the tutorial tells. The assignment is the
//! header of tests/lesson00/exercise.rs.

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

// A `Failure` that is returned here becomes a line on stderr and exit code 1; `?` and
// `explain` make one of an error of a socket call.
fn ends(arguments: &Arguments) -> Result<(), Failure> {
    let server = arguments.address;
    let connection = TcpStream::connect_timeout(&server, arguments.time_limit)
        .map_err(cannot_connect(server))?;

    // TODO(you): this shows one end twice. Show both, each in its line.
    let end = connection.peer_addr().explain("cannot learn an address")?;
    say!("local {end}")?;
    say!("peer {end}")
}

fn classify(addresses: &[String]) -> ExitCode {
    for text in addresses {
        if let Err(failure) = describe(text).and_then(|what| say!("{text}: {what}")) {
            complain(&failure);
            // TODO(you): the addresses behind this one are never looked at. Do, and keep
            // the exit code.
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

fn describe(text: &str) -> Result<String, Failure> {
    let none =
        |why: &str| Failure::new(format!("'{text}' is no address with a port"), why);
    // TODO(you): this is an address of IPv4. What of the other kind, `[::1]:9090`?
    let (ip, number) = text.split_once(':').ok_or_else(|| none("it has no port"))?;
    let ip: IpAddr = ip.parse().map_err(|_| none("it has no IP address"))?;
    // TODO(you): any number is a port here, however large. What does `as` do with those
    // that are none?
    let number =
        number.parse::<u128>().map_err(|_| none("its port is not a number"))? as u16;
    Ok(format!("{} address, {}", kind(ip), port(number)))
}

fn kind(ip: IpAddr) -> &'static str {
    // TODO(you): two kinds are missing, `private` and `unspecified`.
    if ip.is_loopback() { "loopback" } else { "other" }
}

fn port(port: u16) -> &'static str {
    // TODO(you): these are the tutorial's two ranges. Is that all? And is 0 a port?
    match port {
        0..=1023 => "system port",
        1024..=65535 => "dynamic port",
    }
}
