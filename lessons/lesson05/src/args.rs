use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use common::{CommandLine, tutorial_address};
use lesson05::SMALL_BUFFER;

/// What the program can be told. Sizes are in bytes, and those to ask the kernel for.
pub struct Args {
    /// Whether to measure the speed instead of filling the connection.
    pub sweep: bool,
    pub address: SocketAddr,
    pub send_buffer: usize,
    pub receive_buffer: usize,
    pub seconds_per_size: Duration,
    pub csv: Option<PathBuf>,
}

const ABOUT: &str =
    "Fills a connection until the kernel takes no more, and shows where the bytes are.";

const USAGE: &str = "[OPTIONS] [ADDRESS:PORT]
   or: lesson05 sweep [OPTIONS] [ADDRESS:PORT]

  ADDRESS:PORT           Where to listen (default: 127.0.0.1:9090)
  --csv FILE             Write the rows of the table into this file as well
  --send-buffer BYTES    The size to ask for the sender's send buffer (default: 16384)
  --receive-buffer BYTES The same for the receiver's receive buffer (default: 16384)

  sweep                  Measure the bytes that pass in a second, by the size of the chunks
  --seconds-per-size N   How long to write chunks of one size (default: 0.4)";

pub fn parse() -> Args {
    let mut line = CommandLine::new();
    let mut args = Args {
        sweep: line.command("sweep"),
        address: tutorial_address(),
        send_buffer: SMALL_BUFFER,
        receive_buffer: SMALL_BUFFER,
        seconds_per_size: Duration::from_millis(400),
        csv: None,
    };
    // The message is larger than both buffers together, and must fit into memory.
    let sizes = 1..=16 << 20;
    line.read(ABOUT, USAGE, |argument| {
        match argument.name() {
            "" => args.address = argument.address()?,
            "--csv" => args.csv = Some(argument.value()?.into()),
            "--seconds-per-size" if args.sweep => {
                args.seconds_per_size = argument.seconds()?
            }
            "--send-buffer" if !args.sweep => {
                args.send_buffer = argument.number(sizes.clone())?
            }
            "--receive-buffer" if !args.sweep => {
                args.receive_buffer = argument.number(sizes.clone())?
            }
            _ => argument.refuse()?,
        }
        Ok(())
    });
    args
}
