//! The two ends of a connection are shown from the wrong side.
//!
//! A socket calls its own address *local*. The address that `accept` returns is the
//! peer's, and this program prints it as its own.
//!
//! Instead of: lesson00
//! Fails: shows_both_ends
//! Judged only on these.

use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;

use common::{Arguments, Explain, Failure, cannot_connect, cannot_listen, exit, say};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A program that swaps the two ends of a connection")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let listener =
        TcpListener::bind(arguments.address).map_err(cannot_listen(arguments.address))?;
    let address = listener.local_addr().explain("cannot learn the address")?;
    say!("listening on {address}")?;
    let client = TcpStream::connect(address).map_err(cannot_connect(address))?;
    // ANCHOR: bug
    let (accepted, own) = listener.accept().explain("cannot accept a client")?;
    let peer = accepted.local_addr().explain("cannot learn the address")?;
    say!("  accepted  {own} -> {peer}")?;
    // ANCHOR_END: bug
    let local = client.local_addr().explain("cannot learn the address")?;
    say!("  client    {local} -> {address}")
}
