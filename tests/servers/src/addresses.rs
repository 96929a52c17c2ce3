//! Where a server listens, and where it doesn't.

use std::net::SocketAddr;

use grader::{Hint, Outcome, Program, Run, private_loopback, text};

/// Demands that the server listens at this address, and at no other: not at its port, and not at another one.
/// (Linux; elsewhere it does not look)
pub fn listens_nowhere_else(run: &mut Run, server: &Program, address: SocketAddr) -> Outcome {
    const HINT: &str = "Which addresses does your listener have, and which has the user named?";
    if !cfg!(target_os = "linux") {
        return Ok(());
    }
    // All of 127.0.0.0/8 is loopback there. A socket for all addresses of IPv6 takes clients of IPv4 as well.
    run.is_refused(SocketAddr::new(private_loopback(), address.port())).hint(HINT)?;
    let others: Vec<String> = server
        .listeners()
        .into_iter()
        .filter(|other| *other != address)
        .map(|other| other.to_string())
        .collect();
    let statement = text!("it listens at no other address than {address}", address);
    let got = text!("it also listens at {others}", others = others.join(", "));
    run.ensure(statement, others.is_empty(), got)
        .hint("Which calls of yours make a listener, when, and with which address?")
}

/// Starts the server with a port that is free. It listens there.
pub fn serve_at_a_port(run: &mut Run) -> Outcome<(Program, SocketAddr)> {
    // An address of this check's own: no other program is given the port in between.
    let free = run.listen_on(private_loopback())?;
    let told = free.address();
    free.close();
    let (server, address) = run.serve_with(&[&told.to_string()])?;
    run.ensure(text!("the address is {told}", told), address == told, address)?;
    Ok((server, address))
}
