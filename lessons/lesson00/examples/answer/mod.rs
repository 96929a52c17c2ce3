//! A right answer to exercise 0, in parts.
//!
//! Each wrong answer replaces one of these parts, and keeps the solution's for the
//! others.

#[path = "../../solution.rs"]
#[expect(dead_code, reason = "its way through the words is cut into parts here")]
mod solution;

use std::net::{IpAddr, SocketAddr, TcpStream};
use std::process::ExitCode;

use common::{Arguments, Explain, Failure, cannot_connect, complain, exit, say};

pub struct Answer {
    pub ends: fn(&Arguments) -> Result<(), Failure>,
    pub classify: fn(&[String], &Describe) -> ExitCode,
    pub parse: fn(&str) -> Result<SocketAddr, Failure>,
    pub kind: fn(IpAddr) -> &'static str,
    pub port: fn(u16) -> &'static str,
}

/// Says what an address is, or why it isn't one.
pub type Describe<'a> = dyn Fn(&str) -> Result<String, Failure> + 'a;

pub const RIGHT: Answer = Answer {
    ends: solution::ends,
    classify,
    parse: |text| text.parse().map_err(|why| none(text, why)),
    kind: solution::kind,
    port: solution::port,
};

impl Answer {
    pub fn run(&self, about: &str) -> ExitCode {
        match Arguments::parse_or_words(about, "classify") {
            (_, Some(addresses)) => (self.classify)(&addresses, &|text| {
                let address = (self.parse)(text)?;
                let (kind, port) =
                    ((self.kind)(address.ip()), (self.port)(address.port()));
                Ok(format!("{kind} address, {port}"))
            }),
            (arguments, None) => exit((self.ends)(&arguments)),
        }
    }
}

fn classify(addresses: &[String], describe: &Describe) -> ExitCode {
    let mut code = ExitCode::SUCCESS;
    for text in addresses {
        if let Err(failure) = describe(text).and_then(|what| say!("{text}: {what}")) {
            complain(&failure);
            code = ExitCode::FAILURE;
        }
    }
    code
}

/// Shows both ends of a connection to this server, which is still there then.
#[allow(dead_code, reason = "only the answers that wait for the server take it")]
pub fn shown(arguments: &Arguments) -> Result<TcpStream, Failure> {
    let server = arguments.address;
    let connection = TcpStream::connect_timeout(&server, arguments.time_limit)
        .map_err(cannot_connect(server))?;
    let local = connection.local_addr().explain("cannot learn an address")?;
    say!("local {local}\npeer {server}")?;
    Ok(connection)
}

pub fn none(text: &str, why: impl std::fmt::Display) -> Failure {
    Failure::new(format!("'{text}' is no address with a port"), why)
}
