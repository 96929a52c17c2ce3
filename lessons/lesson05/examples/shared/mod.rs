//! What several wrong programs get right.

#![allow(dead_code, reason = "each of them uses its part")]

use std::io::Read;
use std::net::{TcpListener, TcpStream};

use common::{Explain, Failure, say};
use lesson05::{SMALL_BUFFER, compare, connect, fill};
use socket2::SockRef;

/// Makes a connection with small buffers and says which sizes were granted.
pub fn small_ends(listener: &TcpListener) -> Result<(TcpStream, TcpStream), Failure> {
    SockRef::from(listener)
        .set_recv_buffer_size(SMALL_BUFFER)
        .explain("cannot set a size")?;
    let (sender, receiver) = connect(listener)?;
    SockRef::from(&sender)
        .set_send_buffer_size(SMALL_BUFFER)
        .explain("cannot set a size")?;
    let granted =
        SockRef::from(&sender).send_buffer_size().explain("cannot learn a size")?;
    say!("send buffer: asked for {SMALL_BUFFER} bytes, granted {granted}")?;
    let granted =
        SockRef::from(&receiver).recv_buffer_size().explain("cannot learn a size")?;
    say!("receive buffer: asked for {SMALL_BUFFER} bytes, granted {granted}")?;
    Ok((sender, receiver))
}

/// Reads what was sent and sends the rest of the message, until all of it has been read:
/// what `lesson05` does with a full connection.
pub fn finish(
    sender: &TcpStream,
    mut receiver: &TcpStream,
    message: &[u8],
    mut written: usize,
) -> Result<(), Failure> {
    let mut received = vec![0; message.len()];
    let mut read = 0;
    while read < message.len() {
        receiver.read_exact(&mut received[read..written]).explain("cannot read")?;
        read = written;
        let taken = fill(sender, message, &mut written)?.iter().sum::<usize>();
        if taken > 0 {
            say!("resumed: the kernel took {taken} more bytes once {read} were read")?;
        }
    }
    compare(message, &received)?;
    say!("end: {written} bytes sent, {read} read, each in its place")
}
