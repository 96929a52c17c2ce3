//! The port is read as a large number and cut to 16 bits with `as`: 65536 becomes 0, and 74626 becomes
//! 9090, without a word.

use std::net::{IpAddr, SocketAddr, TcpStream};
use std::process::ExitCode;

use common::{Arguments, Explain, Failure, cannot_connect, complain, exit, say};

fn main() -> ExitCode {
    let about = "An answer that cuts a port to 16 bits";
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
    let none = |why: &str| Failure::new(format!("'{text}' is no address with a port"), why);
    let (ip, number) = text.rsplit_once(':').ok_or_else(|| none("it has no colon"))?;
    let ip = match ip.strip_prefix('[').and_then(|ip| ip.strip_suffix(']')) {
        Some(ip) => ip.parse().map(IpAddr::V6),
        None => ip.parse().map(IpAddr::V4),
    };
    // ANCHOR: bug
    let number = number.parse::<u128>().map_err(|_| none("the port is no number"))? as u16;
    // ANCHOR_END: bug
    let address = SocketAddr::new(ip.map_err(|_| none("no IP address"))?, number);
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
