//! Who holds the port, when the program can't have it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use std::time::Duration;

use grader::{
    Hint, Outcome, Peer, Run, close, has_ipv6, looked_up, names, private_loopback, text,
};
use socket2::{Domain, Socket, Type};

use crate::checks::is_not_connected;
use crate::exercise::serves_a_client;
use crate::facts::first_run_at;
use crate::queue;

pub fn knows_a_live_server(run: &mut Run) -> Outcome {
    let own = private_loopback();
    another_listens(run, looked_up("another program listens on a free port"), own, own)?;
    let own_ipv6 = IpAddr::from(Ipv6Addr::LOCALHOST);
    another_listens(
        run,
        looked_up("another program listens on [::1]"),
        own_ipv6,
        own_ipv6,
    )?;

    // All addresses are this machine's, and this one is among them.
    if cfg!(target_os = "linux") {
        let all = IpAddr::from(Ipv4Addr::UNSPECIFIED);
        let what = looked_up("another program listens on 0.0.0.0");
        another_listens(run, what, all, private_loopback())?;
        another_listens(run, what, all, all)?;
        // As many programs do it, to have both families: Linux gives them IPv4's addresses as well (ipv6(7)).
        let all = IpAddr::from(Ipv6Addr::UNSPECIFIED);
        let what = looked_up("another program listens on [::]");
        another_listens(run, what, all, private_loopback())?;
    }

    // This very program, which also has to go on. (On Windows, two sockets with SO_REUSEADDR can both listen:
    // Microsoft, "Using SO_REUSEADDR and SO_EXCLUSIVEADDRUSE". In Wine they can't.)
    if cfg!(windows) {
        return Ok(());
    }
    for ip in [own, own_ipv6] {
        let (mut first, address) =
            run.serve_with(&[&SocketAddr::new(ip, 0).to_string()])?;
        cannot_listen(run, address, A_SERVER)?;
        first.still_runs()?;
        serves_a_client(run, address)?.close();
    }
    Ok(())
}

/// The families that this machine has: in each, an address of its own.
pub fn own_ips() -> Vec<IpAddr> {
    let own_ipv6 = has_ipv6().then_some(Ipv6Addr::LOCALHOST.into());
    [Some(private_loopback()), own_ipv6].into_iter().flatten().collect()
}

/// A listener at one address keeps the program from another, or from the same one, with its port.
fn another_listens(run: &mut Run, what: &str, at: IpAddr, wanted: IpAddr) -> Outcome {
    let holder = run.attempt(what, TcpListener::bind((at, 0)))?;
    let taken = run.attempt("learn its address", holder.local_addr())?;
    cannot_listen(run, SocketAddr::new(wanted, taken.port()), A_SERVER)?;
    close(holder);
    Ok(())
}

pub fn knows_a_busy_server(run: &mut Run) -> Outcome {
    for ip in own_ips() {
        let listening = bound(ip)
            .and_then(|(socket, address)| socket.listen(0).map(|()| (socket, address)));
        let (_holder, address) =
            run.attempt("another program listens with a backlog of 0", listening)?;
        let waiting = queue::fill(run, address, 1)?;
        is_not_connected(run, address)?;
        cannot_listen(run, address, A_SERVER)?;
        waiting.into_iter().for_each(Peer::close);
    }
    Ok(())
}

/// A socket with an address, which doesn't listen.
fn bound(ip: IpAddr) -> std::io::Result<(Socket, SocketAddr)> {
    let free = SocketAddr::new(ip, 0);
    let socket = Socket::new(Domain::for_address(free), Type::STREAM, None)?;
    socket.bind(&free.into())?;
    let address = socket.local_addr()?.as_socket().expect("an IP socket");
    Ok((socket, address))
}

pub fn knows_what_a_run_has_left(run: &mut Run) -> Outcome {
    own_ips().into_iter().try_for_each(|ip| {
        run.while_in_time_wait(
            |run| first_run_at(run, ip, false),
            |run, [address, _]| cannot_listen(run, address, NO_SERVER),
        )
    })
}

pub fn knows_a_port_that_is_only_bound(run: &mut Run) -> Outcome {
    own_ips().into_iter().try_for_each(|ip| knows_a_bound_port_at(run, ip))
}

fn knows_a_bound_port_at(run: &mut Run, ip: IpAddr) -> Outcome {
    let (_holder, address) =
        run.attempt("another program binds a free port and doesn't listen", bound(ip))?;
    // On Linux a server may have the same port at another of this machine's addresses.
    let elsewhere = TcpListener::bind((private_loopback(), address.port())).ok();
    if elsewhere.is_some() {
        run.step("a server listens on that port at another address");
    }
    cannot_listen(run, address, NO_SERVER)?;
    if let Some(elsewhere) = elsewhere {
        close(elsewhere);
    }
    Ok(())
}

pub fn tells_other_errors_apart(run: &mut Run) -> Outcome {
    // Of TEST-NET-1, which is no machine's (RFC 5737).
    let port = run.number(1024..=65535) as u16;
    cannot_listen(run, SocketAddr::new([192, 0, 2, 1].into(), port), "")?;
    // For examples, and no machine's either (RFC 3849).
    let example = Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1);
    match has_ipv6() {
        true => cannot_listen(run, SocketAddr::new(example.into(), port), ""),
        false => Ok(()),
    }
}

pub fn tells_a_privileged_port_apart(run: &mut Run) -> Outcome {
    let ipv6 = has_ipv6().then_some(Ipv6Addr::LOCALHOST.into());
    [IpAddr::from(Ipv4Addr::LOCALHOST)].into_iter().chain(ipv6).try_for_each(|ip| {
        let address = SocketAddr::new(ip, 7);
        let ended = run.to_end_unprivileged(&[&address.to_string()])?.exited_with(1)?;
        says(run, &ended.explained()?.stderr(), address, "")
    })
}

const A_SERVER: &str = "a server listens there";
const NO_SERVER: &str = "no server listens there";

/// How long a program may take to say that it can't listen.
const SOON: Duration = Duration::from_secs(3);

/// The program can't listen at this address, and says soon what holds it; an empty `holder` is none of the two.
fn cannot_listen(run: &mut Run, address: SocketAddr, holder: &str) -> Outcome {
    run.before_deadline(SOON, |run| {
        let since = std::time::Instant::now();
        let ended = run
            .to_end_without_listening(&[&address.to_string()])?
            .exited_with(1)?
            .explained()?;
        let took = since.elapsed();
        says(run, &ended.stderr(), address, holder)?;
        let seconds = format!("{:.1} s", took.as_secs_f64());
        run.ensure_in_time("that took less than three seconds", took < SOON, seconds)
            .hint("Which of your calls waits, and what ends that?")
    })
}

/// The error names the address, and of the two holders only this one.
fn says(run: &mut Run, stderr: &str, address: SocketAddr, holder: &str) -> Outcome {
    let errors = stderr.lines().filter(|line| grader::explains(line));
    let error = errors.clone().find(|line| names(line, address)).unwrap_or_default();
    let got = || grader::quote(stderr.as_bytes());
    run.ensure(text!("a line `error: WHAT: WHY` names {address}", address), !error.is_empty(), got()).hint(
        "You start five servers, and one cannot have its port: what do you have to be told?",
    )?;
    let said: Vec<_> =
        [A_SERVER, NO_SERVER].into_iter().filter(|words| error.contains(words)).collect();
    let is_right = said == [holder] || holder.is_empty() && said.is_empty();
    let statement = match holder {
        "" => text!("the line says nothing of a server"),
        _ => text!("the line says `{holder}`, and not the other", holder),
    };
    let outcome = run.ensure(statement, is_right, got());
    match stderr.contains(holder) && said.is_empty() {
        true => outcome.hint("In which line do you say it? It has to be in one line, the error line itself."),
        false => outcome,
    }
}
