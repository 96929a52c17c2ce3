use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, Subcommand};
use lesson05::SMALL_BUFFER;

/// Fills a connection until the kernel takes no more, drains it, and shows where the bytes are.
#[derive(Parser)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Args {
    #[command(subcommand)]
    pub command: Option<Command>,

    #[command(flatten)]
    pub fill: Fill,
}

#[derive(Subcommand)]
pub enum Command {
    /// Measures how many bytes a second pass, by the size of the chunks that are written
    Sweep(Sweep),
}

#[derive(clap::Args)]
pub struct Fill {
    /// Where to listen; port 0 leaves the choice to the kernel
    #[arg(default_value = common::TUTORIAL_ADDRESS)]
    pub address: SocketAddr,

    /// The size to ask for the sender's send buffer
    #[arg(long, value_name = "BYTES", default_value_t = SMALL_BUFFER, value_parser = buffer_size)]
    pub send_buffer: usize,

    /// The size to ask for the receiver's receive buffer
    #[arg(long, value_name = "BYTES", default_value_t = SMALL_BUFFER, value_parser = buffer_size)]
    pub receive_buffer: usize,

    /// Write the rows of the table into this file too, in place of what it holds
    #[arg(long, value_name = "FILE")]
    pub csv: Option<PathBuf>,
}

#[derive(clap::Args)]
pub struct Sweep {
    /// Where to listen; port 0 leaves the choice to the kernel
    #[arg(default_value = common::TUTORIAL_ADDRESS)]
    pub address: SocketAddr,

    /// How long to write chunks of one size
    #[arg(long, value_name = "SECONDS", default_value = "0.4", value_parser = common::seconds)]
    pub seconds_per_size: Duration,

    /// Write the rows of the table into this file too, in place of what it holds
    #[arg(long, value_name = "FILE")]
    pub csv: Option<PathBuf>,
}

/// The largest buffer to ask for, in bytes. The message must be larger than both together.
const MAX_BUFFER: usize = 16 << 20;

fn buffer_size(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(size @ 1..=MAX_BUFFER) => Ok(size),
        _ => Err(format!("a buffer has 1 to {MAX_BUFFER} bytes")),
    }
}

pub fn parse() -> Args {
    Args::parse()
}
