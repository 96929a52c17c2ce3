use std::net::SocketAddr;
use std::time::Duration;

use clap::Parser;

/// Serves one client: prints who it is and what it sent, and replies.
#[derive(Parser)]
pub struct Args {
    /// Where to listen; port 0 leaves the choice to the kernel
    #[arg(default_value = common::TUTORIAL_ADDRESS)]
    pub address: SocketAddr,

    /// How long the conversation with the client may take
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = common::seconds)]
    pub time_limit: Duration,
}

pub fn parse() -> Args {
    Args::parse()
}
