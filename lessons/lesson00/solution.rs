//! Exercise 0, one good answer.
//!
//! The standard library knows what an address is, and a socket knows its own two ends.

use std::net::{IpAddr, SocketAddr, TcpStream};
use std::process::ExitCode;

use common::{Arguments, Explain, Failure, cannot_connect, complain, exit, say};

fn main() -> ExitCode {
    let about = "Exercise 0: what addresses are, and the ends of a connection";
    match Arguments::parse_or_words(about, "classify") {
        (_, Some(addresses)) => classify(&addresses),
        (arguments, None) => exit(ends(&arguments)),
    }
}

// The kernel chose the local address and port while it connected the socket, so only the
// socket can tell them.
pub fn ends(arguments: &Arguments) -> Result<(), Failure> {
    let server = arguments.address;
    let connection = TcpStream::connect_timeout(&server, arguments.time_limit)
        .map_err(cannot_connect(server))?;
    let local = connection.local_addr().explain("cannot learn the own end's address")?;
    let peer = connection.peer_addr().explain("cannot learn the peer's address")?;
    say!("local {local}\npeer {peer}")
}

fn classify(addresses: &[String]) -> ExitCode {
    let mut code = ExitCode::SUCCESS;
    for text in addresses {
        if let Err(failure) = describe(text).and_then(|what| say!("{text}: {what}")) {
            // The next address may be good, so this error doesn't end the loop.
            complain(&failure);
            code = ExitCode::FAILURE;
        }
    }
    code
}

fn describe(text: &str) -> Result<String, Failure> {
    // `SocketAddr` knows where the address ends, when it needs brackets, and which
    // numbers are ports.
    let address: SocketAddr = text.parse().map_err(|why| {
        Failure::new(format!("'{text}' is no address with a port"), why)
    })?;
    Ok(format!("{} address, {}", kind(address.ip()), port(address.port())))
}

pub fn kind(ip: IpAddr) -> &'static str {
    let private = match ip {
        IpAddr::V4(ip) => ip.is_private(),
        IpAddr::V6(ip) => ip.is_unique_local(),
    };
    match ip {
        _ if ip.is_loopback() => "loopback",
        _ if ip.is_unspecified() => "unspecified",
        _ if private => "private",
        _ => "other",
    }
}

pub fn port(port: u16) -> &'static str {
    match port {
        0 => "no port yet",
        1..=1023 => "system port",
        1024..=49151 => "user port",
        49152..=65535 => "dynamic port",
    }
}
