//! Runs the experiments and prints what they measured.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;

use common::{Failure, say, why};

use crate::matrix::{End, Measured, Setup, Side};

/// Measures and prints both tables: who can bind a port again, and who got TIME_WAIT.
pub fn print(
    address: SocketAddr,
    experiment: impl Fn(&Setup) -> Result<Measured, Failure>,
) -> Result<(), Failure> {
    let mut addresses = addresses(address);
    let mut measure = |closes_first, first, second| {
        again_if_nothing_is_left(|| {
            let address = addresses.next().ok_or_else(|| {
                Failure::new("too few ports", format!("there is none above {}", u16::MAX))
                    .advise("each experiment takes one: give a lower port, or 0")
            })?;
            experiment(&Setup { address, closes_first, first, second })
        })
    };
    // Every experiment has a port of its own: the TIME_WAIT of one would decide the next.
    let mut cell = |first, second| measure(Side::Server, first, second);
    let (off_off, off_on) = (cell(false, false)?, cell(false, true)?);
    let (on_off, on_on) = (cell(true, false)?, cell(true, true)?);
    let server_first = measure(Side::Server, false, false)?;
    let client_first = measure(Side::Client, false, false)?;

    say!(
        "A first run on {} serves one client and closes before the client does.",
        address.ip()
    )?;
    say!(
        "Can a second run bind the same port right away, with SO_REUSEADDR and without?\n"
    )?;
    say!("{:18}  {:20}  second run with", "", "second run without")?;
    for (row, without, with) in
        [("first run without", off_off, off_on), ("first run with", on_off, on_on)]
    {
        say!(
            "{row:18}  {:20}  {}",
            verdict(&without.second_run),
            verdict(&with.second_run)
        )?;
    }

    say!(
        "\nBoth runs without SO_REUSEADDR: what is left of the first run's connection?\n"
    )?;
    say!(
        "{:18}  {:20}  {:20}  second run",
        "closes first",
        "server's end",
        "client's end"
    )?;
    for (row, measured) in [("server", server_first), ("client", client_first)] {
        let Measured { server_end, client_end, second_run, .. } = measured;
        say!("{row:18}  {server_end:20}  {client_end:20}  {}", verdict(&second_run))?;
    }
    Ok(())
}

/// On a busy machine a late acknowledgement may be answered with a reset, which ends
/// TIME_WAIT (RFC 1337 §2). Nothing is left to look at then, so another connection is made.
fn again_if_nothing_is_left(
    mut experiment: impl FnMut() -> Result<Measured, Failure>,
) -> Result<Measured, Failure> {
    let measured = experiment()?;
    match (measured.server_end, measured.client_end) {
        (End::Gone, End::Gone) => experiment(),
        _ => Ok(measured),
    }
}

/// An address for each experiment: the kernel's choice where the port is 0, otherwise
/// this port and those that follow it.
fn addresses(first: SocketAddr) -> impl Iterator<Item = SocketAddr> {
    let step = u16::from(first.port() != 0);
    std::iter::successors(Some(first), move |last| {
        Some(SocketAddr::new(last.ip(), last.port().checked_add(step)?))
    })
}

fn verdict(second_run: &io::Result<()>) -> String {
    match second_run {
        Ok(()) => "bound".into(),
        Err(error) if error.kind() == ErrorKind::AddrInUse => "EADDRINUSE".into(),
        Err(error) => why(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_experiment_has_a_port_of_its_own() {
        let ports = |first: &str| -> Vec<u16> {
            let first = first.parse().expect("an address");
            addresses(first).map(|address| address.port()).take(3).collect()
        };
        assert_eq!(ports("127.0.0.1:9090"), [9090, 9091, 9092]);
        assert_eq!(ports("127.0.0.1:65535"), [65535]);
        // The kernel's choice each time.
        assert_eq!(ports("127.0.0.1:0"), [0, 0, 0]);
    }

    #[test]
    fn an_experiment_that_has_left_nothing_is_made_again() {
        let waits = End::Kept(common::sockets::State::TimeWait);
        let of = |ends: &[(End, End)]| {
            let mut made = 0;
            let measured = again_if_nothing_is_left(|| {
                let (server_end, client_end) = ends[made];
                made += 1;
                let port = ([127, 0, 0, 1], 9090).into();
                Ok(Measured { port, server_end, client_end, second_run: Ok(()) })
            });
            let measured = measured.unwrap_or_else(|_| panic!("it succeeds"));
            assert!((measured.server_end, measured.client_end) == ends[made - 1]);
            made
        };
        assert_eq!(of(&[(waits, End::Gone)]), 1);
        assert_eq!(of(&[(End::Gone, waits)]), 1);
        assert_eq!(of(&[(End::Unknown, End::Unknown)]), 1);
        assert_eq!(of(&[(End::Gone, End::Gone), (waits, End::Gone)]), 2);
        // Whatever is left of the second is shown.
        assert_eq!(of(&[(End::Gone, End::Gone), (End::Gone, End::Gone)]), 2);
    }

    #[test]
    fn only_a_taken_port_is_called_one() {
        assert_eq!(verdict(&Ok(())), "bound");
        assert_eq!(verdict(&Err(ErrorKind::AddrInUse.into())), "EADDRINUSE");
        assert_ne!(verdict(&Err(ErrorKind::PermissionDenied.into())), "EADDRINUSE");
    }
}
