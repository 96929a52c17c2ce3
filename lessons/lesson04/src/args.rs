use std::net::SocketAddr;
use std::num::NonZero;
use std::time::Duration;

use clap::Parser;
use common::Encoding;
use lesson04::Settings;

/// Serves many clients at the same time and replies to whatever they send. Ctrl-C stops it.
#[derive(Parser)]
struct Args {
    /// Where to listen; port 0 leaves the choice to the kernel
    #[arg(default_value = common::TUTORIAL_ADDRESS)]
    address: SocketAddr,

    /// How bytes become text, and text bytes: utf-8 or gbk
    #[arg(long, default_value = "utf-8")]
    encoding: Encoding,

    /// How many clients to serve at the same time; more wait for their turn
    #[arg(long, value_name = "N", default_value = "256")]
    max_clients: NonZero<usize>,

    /// How long a client may say nothing, or leave its replies unread
    #[arg(long, value_name = "SECONDS", default_value = "300", value_parser = common::seconds)]
    idle_limit: Duration,

    /// Pretend that each reply takes so long to work out
    #[arg(long, value_name = "SECONDS", value_parser = common::seconds)]
    work: Option<Duration>,

    /// Say nothing about single clients
    #[arg(long)]
    quiet: bool,
}

pub fn parse() -> Settings {
    let Args { address, encoding, max_clients, idle_limit, work, quiet } = Args::parse();
    Settings { address, encoding, max_clients: max_clients.get(), idle_limit, work, quiet }
}
