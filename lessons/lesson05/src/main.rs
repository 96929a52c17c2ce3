//! Lesson 5: what `send` and `recv` leave behind in the kernel.

mod args;
mod csv;
mod sweep;
mod table;

use std::io::Read;
use std::net::Shutdown;
use std::process::ExitCode;

use args::Args;
use common::{Explain, Failure, exit, say};
use lesson05::{compare, connect, fill, listen, numbered_lines};
use socket2::SockRef;
use table::Table;

use crate::csv::Csv;

/// In how many steps the message is read.
const STEPS: usize = 16;

// `main` only turns the outcome into an exit code; what can fail is in `run`.
fn main() -> ExitCode {
    let args = args::parse();
    exit(if args.sweep { sweep::run(&args) } else { run(&args) })
}

// ANCHOR: run
fn run(args: &Args) -> Result<(), Failure> {
    let csv = Csv::create(args.csv.as_deref(), Table::HEADER)?;
    let listener = listen(args.address)?;

    // The receiving end inherits its buffer from the listener. The size limits the window
    // that the handshake announces (tcp(7)), so ask before there is a connection.
    let (send_buffer, receive_buffer) = (args.send_buffer, args.receive_buffer);
    let cannot_set = "cannot set a buffer's size";
    SockRef::from(&listener).set_recv_buffer_size(receive_buffer).explain(cannot_set)?;
    let (sender, mut receiver) = connect(&listener)?;
    SockRef::from(&sender).set_send_buffer_size(send_buffer).explain(cannot_set)?;

    // What was asked for is a wish. What was granted, only the kernel knows.
    let cannot_get = "cannot learn a buffer's size";
    let send_granted = SockRef::from(&sender).send_buffer_size().explain(cannot_get)?;
    let receive_granted =
        SockRef::from(&receiver).recv_buffer_size().explain(cannot_get)?;
    say!("send buffer: asked for {send_buffer} bytes, granted {send_granted}")?;
    say!("receive buffer: asked for {receive_buffer} bytes, granted {receive_granted}")?;

    // From here on write does not wait: where it would, it fails with WouldBlock.
    sender.set_nonblocking(true).explain("cannot make the sender non-blocking")?;

    // One write offers all of the message; the kernel takes what it has room for. The
    // receiver doesn't read yet.
    let message = numbered_lines((send_granted + receive_granted) / 2 * 3);
    let mut written = 0;
    let taken = fill(&sender, &message, &mut written)?;
    if written == message.len() {
        let why = format!("the kernel took all {written} bytes");
        return Err(Failure::new("the connection is not full", why));
    }
    let mut table = Table::new(csv, &sender, message.len());
    table.full(&taken)?;

    // Read step by step. Writing goes on when enough room is free, not with the first
    // byte read.
    let step = message.len().div_ceil(STEPS);
    let mut received = vec![0; message.len()];
    let mut read = 0;
    while read < message.len() {
        // No more than the kernels hold, or this would wait for bytes that are not yet
        // written.
        let next = written.min(read + step);
        receiver.read_exact(&mut received[read..next]).explain("cannot read")?;
        read = next;
        let taken = fill(&sender, &message, &mut written)?;
        table.step(&taken, read)?;
    }

    // Close the sending side: now the receiver can know that nothing is missing.
    sender.shutdown(Shutdown::Write).explain("cannot end the message")?;
    receiver.read_to_end(&mut received).explain("cannot read to the end")?;
    compare(&message, &received)?;
    table.end(written, received.len())
}
// ANCHOR_END: run
