//! The address is judged by its first number. 10 is private as a whole; of 172 and 192 only a part is.

use std::net::{IpAddr, SocketAddr, TcpStream};
use std::process::ExitCode;

use common::{Arguments, Explain, Failure, cannot_connect, complain, exit, say};

fn main() -> ExitCode {
    let about = "An answer that judges an address by its first number";
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
    let address: SocketAddr = text
        .parse()
        .map_err(|why| Failure::new(format!("'{text}' is no address with a port"), why))?;
    Ok(format!("{} address, {}", kind(address.ip()), port(address.port())))
}

fn kind(ip: IpAddr) -> &'static str {
    let private = match ip {
        // ANCHOR: bug
        IpAddr::V4(ip) => [10, 172, 192].contains(&ip.octets()[0]),
        // ANCHOR_END: bug
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
