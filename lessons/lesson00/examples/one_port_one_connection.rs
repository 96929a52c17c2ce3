//! Every socket gets a port number of its own (S4).
//!
//! This program takes a port for the name of one program. So it never shows one client
//! port connected to two servers, or TCP and UDP on the same number, though both are
//! possible.
//!
//! Instead of: lesson00
//! Fails: one_client_port_to_two_servers, tcp_and_udp_share_a_number
//! Judged only on these.

use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::process::ExitCode;

use common::{Arguments, Explain, Failure, cannot_connect, cannot_listen, exit, say};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A program that never uses one port twice (S4)")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let first =
        TcpListener::bind(arguments.address).map_err(cannot_listen(arguments.address))?;
    let address = first.local_addr().explain("cannot learn the address")?;
    say!("listening on {address}")?;
    let any = SocketAddr::new(address.ip(), 0);
    let second = TcpListener::bind(any).map_err(cannot_listen(any))?;

    // ANCHOR: bug
    let mut clients = Vec::new();
    for server in [&first, &second] {
        let server = server.local_addr().explain("cannot learn the address")?;
        let client = TcpStream::connect(server).map_err(cannot_connect(server))?;
        let local = client.local_addr().explain("cannot learn the address")?;
        say!("  client    {local} -> {server}")?;
        clients.push(client);
    }
    let udp = UdpSocket::bind(any).map_err(cannot_listen(any))?;
    say!("  TCP       {address}")?;
    say!("  UDP       {}", udp.local_addr().explain("cannot learn the address")?)
    // ANCHOR_END: bug
}
