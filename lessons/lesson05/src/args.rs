use std::net::SocketAddr;
use std::ops::RangeInclusive;
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

  ADDRESS:PORT            Where to listen (default: 127.0.0.1:9090)
  --csv FILE              Write the rows of the table into this file as well
  --send-buffer BYTES     The size to ask for the sender's send buffer (default: 16384)
  --receive-buffer BYTES  The same for the receiver's receive buffer (default: 16384)

  sweep                   Measure how many bytes pass in a second, by the chunks' size
  --seconds-per-size N    How long to write chunks of one size (default: 0.4)";

pub fn parse() -> Args {
    let mut line = CommandLine::new(ABOUT, USAGE);
    let sweep = line.command("sweep");
    let mut args = Args {
        sweep,
        address: tutorial_address(),
        send_buffer: SMALL_BUFFER,
        receive_buffer: SMALL_BUFFER,
        seconds_per_size: Duration::from_millis(400),
        csv: None,
    };
    // The message is larger than both buffers together, and must fit into memory.
    const SIZES: RangeInclusive<usize> = 1..=16 << 20;
    while let Some(name) = line.argument() {
        match name.as_str() {
            "" => args.address = line.address(),
            "--csv" => args.csv = Some(line.value().into()),
            "--send-buffer" if !sweep => args.send_buffer = line.number(SIZES),
            "--receive-buffer" if !sweep => args.receive_buffer = line.number(SIZES),
            "--seconds-per-size" if sweep => args.seconds_per_size = line.seconds(),
            _ => line.refuse(),
        }
    }
    args
}
