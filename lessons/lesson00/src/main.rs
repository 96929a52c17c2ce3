//! Lesson 0: what this machine says about addresses, ports, and the two ends of a
//! connection.

mod args;

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::process::ExitCode;

use args::Args;
use common::sockets::ephemeral_ports;
use common::{Explain, Failure, cannot_connect, cannot_listen, complain, exit, say};
use lesson00::RANGES;
use socket2::{Domain, Socket, Type};

// `main` only turns the outcome into an exit code; what can fail is in `run`.
fn main() -> ExitCode {
    match args::parse() {
        Args::Classify(addresses) => classify(&addresses),
        Args::Show(address) => exit(run(address)),
    }
}

fn run(address: SocketAddr) -> Result<(), Failure> {
    let listener = TcpListener::bind(address).map_err(cannot_listen(address))?;
    let address = listener.local_addr().explain("cannot learn the listener's address")?;
    say!("listening on {address}")?;
    loopback()?;
    ports()?;
    two_ends(&listener)?;
    one_client_port(&listener)?;
    tcp_and_udp(address)
}

fn loopback() -> Result<(), Failure> {
    say!("\nLoopback addresses, which only this machine reaches")?;
    for ip in [Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()] {
        let address = SocketAddr::new(ip, 0);
        match TcpListener::bind(address) {
            Ok(_) => say!("  {ip:<9}  a program can listen here")?,
            Err(why) => say!("  {ip:<9}  no program can listen here: {why}")?,
        }
    }
    Ok(())
}

fn ports() -> Result<(), Failure> {
    say!("\nPorts (RFC 6335, section 6)")?;
    for (name, range, purpose) in RANGES {
        say!("  {name:<8} {:>5} to {:>5}  {purpose}", range.start(), range.end())?;
    }
    match ephemeral_ports() {
        Some(range) => say!(
            "  kernel   {:>5} to {:>5}  where it picks one itself",
            range.start(),
            range.end()
        )?,
        None => say!("  kernel   not available here")?,
    }
    // Port 0 is a wish: any port. Which one it is, the socket knows.
    let cannot_pick = "cannot get a port from the kernel";
    let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).explain(cannot_pick)?;
    let picked = socket.local_addr().explain(cannot_pick)?.port();
    say!("  picked   {picked:>5}           asked for port 0, the kernel gave this one")
}

// ANCHOR: two_ends
fn two_ends(listener: &TcpListener) -> Result<(), Failure> {
    let cannot_learn = "cannot learn an address";
    let address = listener.local_addr().explain(cannot_learn)?;
    let client = TcpStream::connect(address).map_err(cannot_connect(address))?;
    let accepted = accept(listener, client.local_addr().explain(cannot_learn)?)?;

    say!("\nThe two ends of one connection, each from itself to its peer")?;
    for (name, end) in [("client", &client), ("accepted", &accepted)] {
        let local = end.local_addr().explain(cannot_learn)?;
        let peer = end.peer_addr().explain(cannot_learn)?;
        say!("  {name:<8}  {local} -> {peer}")?;
    }
    say!("  Both sockets of the server have its port: one port, more than one socket.")?;
    // The client closes first, so the kernel keeps *its* port in TIME_WAIT, not the
    // listener's.
    drop(client);
    drop(accepted);
    Ok(())
}
// ANCHOR_END: two_ends

fn one_client_port(first: &TcpListener) -> Result<(), Failure> {
    let address = first.local_addr().explain("cannot learn an address")?;
    let other = SocketAddr::new(address.ip(), 0);
    let second = TcpListener::bind(other).map_err(cannot_listen(other))?;

    say!("\nOne client port, two servers, at the same time")?;
    match clients_from_one_port(first, &second) {
        Ok(clients) => {
            for client in &clients {
                let local = client.local_addr().explain("cannot learn an address")?;
                let peer = client.peer_addr().explain("cannot learn an address")?;
                say!("  client    {local} -> {peer}")?;
            }
            say!("  Both live: both ends together name a connection, not one port.")
        }
        Err(why) => say!("  not available here: {why}"),
    }
}

/// Connects from one local port to both servers. std's connect leaves the port to the
/// kernel, and a second bind of one port needs SO_REUSEADDR on both sockets.
fn clients_from_one_port(
    first: &TcpListener,
    second: &TcpListener,
) -> std::io::Result<[TcpStream; 2]> {
    let client = |server: &TcpListener, port: u16| {
        let server = server.local_addr()?;
        let socket = Socket::new(Domain::for_address(server), Type::STREAM, None)?;
        socket.set_reuse_address(true)?;
        socket.bind(&SocketAddr::new(server.ip(), port).into())?;
        socket.connect(&server.into())?;
        Ok::<_, std::io::Error>(TcpStream::from(socket))
    };
    let one = client(first, 0)?;
    let port = one.local_addr()?.port();
    Ok([one, client(second, port)?])
}

fn tcp_and_udp(address: SocketAddr) -> Result<(), Failure> {
    say!("\nOne number, for TCP and for UDP")?;
    match UdpSocket::bind(address) {
        Ok(udp) => {
            let udp = udp.local_addr().explain("cannot learn an address")?;
            say!("  TCP       {address}\n  UDP       {udp}")?;
            say!("  Both are bound: TCP and UDP number their ports apart.")
        }
        Err(why) => say!("  UDP has no port {} here: {why}", address.port()),
    }
}

/// Accepts our own client. Any program of this machine may connect; the others are turned
/// away.
fn accept(listener: &TcpListener, ours: SocketAddr) -> Result<TcpStream, Failure> {
    loop {
        let (accepted, client) =
            listener.accept().explain("cannot accept the connection")?;
        if client == ours {
            return Ok(accepted);
        }
    }
}

fn classify(addresses: &[String]) -> ExitCode {
    let mut all = true;
    for text in addresses {
        let outcome = match lesson00::parse(text) {
            Ok(address) => say!(
                "{address}\n  address  {}\n  port     {}",
                lesson00::kind(address.ip()),
                lesson00::port(address.port())
            ),
            Err(why) => {
                Err(Failure::new(format!("'{text}' is no address with a port"), why))
            }
        };
        // The next one may be good: say what is wrong, and go on.
        if let Err(failure) = outcome {
            complain(&failure);
            all = false;
        }
    }
    if all { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
