//! The one error type: what failed, why, and what to do about it.

use std::fmt::{self, Display};
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::process::ExitCode;

use crate::complain;

// ANCHOR: failure
/// An error as people read it: `error: WHAT: WHY`, and perhaps a line of advice.
#[derive(Debug)]
pub struct Failure {
    what: String,
    why: String,
    advice: Option<String>,
}
// ANCHOR_END: failure

impl Failure {
    /// An error without advice.
    pub fn new(what: impl Display, why: impl Display) -> Failure {
        Failure { what: what.to_string(), why: why.to_string(), advice: None }
    }

    /// Adds what the reader can do about it.
    pub fn advise(mut self, advice: impl Display) -> Failure {
        self.advice = Some(advice.to_string());
        self
    }

    /// The same, if there is no advice yet.
    pub(crate) fn or_advise(self, advice: impl Display) -> Failure {
        if self.advice.is_some() { self } else { self.advise(advice) }
    }
}

impl Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}: {}", self.what, self.why)?;
        match &self.advice {
            Some(advice) => write!(f, "\n{advice}"),
            None => Ok(()),
        }
    }
}

// ANCHOR: explain
/// Adds to an error of the operating system what the program was trying to do.
pub trait Explain<T> {
    /// `what` completes the line `error: WHAT: WHY`.
    fn explain(self, what: impl Display) -> Result<T, Failure>;
}

impl<T> Explain<T> for io::Result<T> {
    fn explain(self, what: impl Display) -> Result<T, Failure> {
        self.map_err(|error| Failure::new(what, why(&error)))
    }
}
// ANCHOR_END: explain

/// The reason for an error of a socket call, in words.
///
/// A read or write that ran out of time reports EAGAIN on Unix (socket(7), SO_RCVTIMEO),
/// which the system words as "Resource temporarily unavailable". Here it is "timed out".
///
/// Windows has sentences of its own: a reset is "An existing connection was forcibly closed
/// by the remote host" (Microsoft, "Windows Sockets Error Codes", 10054). There, the name
/// that all systems share comes first.
pub fn why(error: &io::Error) -> String {
    match error.raw_os_error() {
        _ if timed_out(error) => "timed out".into(),
        Some(10_000..) if cfg!(windows) && has_name(error) => {
            format!("{}: {error}", error.kind())
        }
        _ => error.to_string(),
    }
}

fn has_name(error: &io::Error) -> bool {
    use ErrorKind::*;
    matches!(
        error.kind(),
        AddrInUse
            | AddrNotAvailable
            | ConnectionAborted
            | ConnectionRefused
            | ConnectionReset
            | HostUnreachable
            | NetworkUnreachable
            | NotConnected
            | PermissionDenied
    )
}

/// Whether the error says that the time has run out: EAGAIN or ETIMEDOUT (socket(7),
/// connect(2)).
pub fn timed_out(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}

/// Whether the error of a `bind` says that another socket has the port (bind(2)).
///
/// On Windows, a socket with SO_REUSEADDR is denied it where the other one lacks the option
/// (Microsoft, "Using SO_REUSEADDR and SO_EXCLUSIVEADDRUSE").
pub fn is_taken(error: &io::Error) -> bool {
    match error.kind() {
        ErrorKind::AddrInUse => true,
        ErrorKind::PermissionDenied => cfg!(windows),
        _ => false,
    }
}

/// The command that lists a system's sockets, with the programs that have them.
const LIST: &str = if cfg!(windows) {
    "netstat -ano"
} else if cfg!(target_os = "macos") {
    "netstat -anv -p tcp"
} else {
    "ss -tanp"
};

/// Why a port may be denied to a program. Windows denies none for its number
/// ("Windows Sockets Error Codes", 10013).
const DENIED: &str = if cfg!(windows) {
    "another program keeps the port for itself, or Windows has reserved it \
     (`netsh interface ipv4 show excludedportrange tcp` lists those): \
     give an address with another port"
} else {
    "ports below 1024 need a privilege: give an address with a higher port"
};

/// The error for a `bind` or `listen` that failed (bind(2), listen(2)).
pub fn cannot_listen(address: SocketAddr) -> impl FnOnce(io::Error) -> Failure {
    move |error| {
        let failure = Failure::new(format!("cannot listen on {address}"), why(&error));
        match error.kind() {
            // Any free port is what was asked for.
            ErrorKind::AddrInUse if address.port() == 0 => failure.advise(format!(
                "every port of this address is taken: see by what with `{LIST}`"
            )),
            ErrorKind::AddrInUse => failure.advise(format!(
                "another program holds the port, or a connection of an earlier run does (TIME_WAIT): \
                 see which with `{LIST}`, or give another address, such as {}:0",
                host(address)
            )),
            ErrorKind::PermissionDenied => failure.advise(DENIED),
            ErrorKind::AddrNotAvailable => failure.advise(
                "a program can listen only on an address of its own machine, such as 127.0.0.1",
            ),
            _ => failure,
        }
    }
}

// ANCHOR: cannot_connect
/// The error for a `connect` that failed (connect(2)).
pub fn cannot_connect(address: SocketAddr) -> impl FnOnce(io::Error) -> Failure {
    move |error| {
        let failure = Failure::new(format!("cannot connect to {address}"), why(&error));
        match error.kind() {
            _ if address.port() == 0 => failure
                .advise("no server has port 0: give the port in the server's first line"),
            ErrorKind::ConnectionRefused => failure.advise(format!(
                "nothing listens there: is the server running? \
                 start it with `cargo run -p lesson02 -- {address}`"
            )),
            _ if timed_out(&error) => failure.advise(
                "nothing answered: is the address right, and the machine on? \
                 a firewall also looks like this",
            ),
            _ => failure,
        }
    }
}

// ANCHOR_END: cannot_connect

fn host(address: SocketAddr) -> String {
    match address {
        SocketAddr::V4(v4) => v4.ip().to_string(),
        SocketAddr::V6(v6) => format!("[{}]", v6.ip()),
    }
}

// ANCHOR: exit
/// A program's exit code: 0, or 1 once stderr has the error.
pub fn exit(outcome: Result<(), Failure>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            complain(&failure);
            ExitCode::FAILURE
        }
    }
}
// ANCHOR_END: exit

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reason_has_its_own_advice() {
        let listening = |kind: ErrorKind| {
            cannot_listen("[::1]:80".parse().expect("an address"))(kind.into())
                .to_string()
        };
        let connecting = |kind: ErrorKind| {
            cannot_connect("127.0.0.1:9090".parse().expect("an address"))(kind.into())
                .to_string()
        };
        let advice = |failure: String| {
            failure.split_once('\n').map(|(_, advice)| advice.to_owned())
        };
        for (failure, word) in [
            (listening(ErrorKind::AddrInUse), "[::1]:0"),
            (
                listening(ErrorKind::PermissionDenied),
                if cfg!(windows) { "another port" } else { "a higher port" },
            ),
            (listening(ErrorKind::AddrNotAvailable), "its own machine"),
            (connecting(ErrorKind::ConnectionRefused), "lesson02 -- 127.0.0.1:9090"),
            (connecting(ErrorKind::TimedOut), "firewall"),
        ] {
            assert!(
                advice(failure.clone()).is_some_and(|advice| advice.contains(word)),
                "{failure}"
            );
        }
        let any = "127.0.0.1:0".parse().expect("an address");
        let in_use = cannot_listen(any)(ErrorKind::AddrInUse.into()).to_string();
        let refused =
            cannot_connect(any)(ErrorKind::ConnectionRefused.into()).to_string();
        for failure in [in_use, refused] {
            let advice = advice(failure).unwrap_or_default();
            assert!(!advice.is_empty() && !advice.contains("127.0.0.1:0"), "{advice}");
        }
        assert_eq!(advice(listening(ErrorKind::OutOfMemory)), None);
        assert_eq!(advice(connecting(ErrorKind::NetworkUnreachable)), None);
    }

    /// SO_RCVTIMEO's timeout has another name than connect's (socket(7)).
    #[test]
    fn a_timeout_is_called_one() {
        for kind in [ErrorKind::WouldBlock, ErrorKind::TimedOut] {
            assert_eq!(why(&kind.into()), "timed out");
        }
        let reset = io::Error::from(ErrorKind::ConnectionReset);
        assert_eq!(why(&reset), reset.to_string());
    }

    /// The numbers of "Windows Sockets Error Codes", whose texts say nothing of a reset or a
    /// refusal. (Wine's texts aren't Windows's: the numbers are compared.)
    #[test]
    #[cfg(windows)]
    fn an_error_of_windows_has_its_name_and_its_number() {
        for (number, name) in [
            (10013, "permission denied: "),
            (10048, "address in use: "),
            (10049, "address not available: "),
            (10051, "network unreachable: "),
            (10053, "connection aborted: "),
            (10054, "connection reset: "),
            (10061, "connection refused: "),
            (10065, "host unreachable: "),
        ] {
            let why = why(&io::Error::from_raw_os_error(number));
            let number = format!("(os error {number})");
            assert!(why.starts_with(name) && why.ends_with(&number), "{why}");
        }
        assert_eq!(why(&io::Error::from_raw_os_error(10060)), "timed out");
    }
}
