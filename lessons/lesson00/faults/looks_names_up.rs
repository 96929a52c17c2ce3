//! C1: `to_socket_addrs` looks names up. The question was whether the word is an address, not which
//! machine has that name.

use std::net::{IpAddr, TcpStream, ToSocketAddrs};
use std::process::ExitCode;

use common::{Arguments, Explain, Failure, cannot_connect, complain, exit, say};

fn main() -> ExitCode {
    let about = "An answer that looks names up (C1)";
    match Arguments::parse_or_words(about, "classify") {
        (_, Some(addresses)) => classify(&addresses),
        (arguments, None) => exit(ends(&arguments)),
    }
}

fn ends(arguments: &Arguments) -> Result<(), Failure> {
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
            complain(&failure);
            code = ExitCode::FAILURE;
        }
    }
    code
}

fn describe(text: &str) -> Result<String, Failure> {
    let what = format!("'{text}' is no address with a port");
    // ANCHOR: bug
    let found = text.to_socket_addrs().explain(&what)?.next();
    // ANCHOR_END: bug
    let address = found.ok_or_else(|| Failure::new(what, "nobody has that name"))?;
    Ok(format!("{} address, {}", kind(address.ip()), port(address.port())))
}

fn kind(ip: IpAddr) -> &'static str {
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

fn port(port: u16) -> &'static str {
    match port {
        0 => "no port yet",
        1..=1023 => "system port",
        1024..=49151 => "user port",
        49152..=65535 => "dynamic port",
    }
}
