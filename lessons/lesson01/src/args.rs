use std::net::SocketAddr;
use std::time::Duration;

use clap::Parser;
use common::Encoding;

/// Sends one message to a server and prints the whole reply.
#[derive(Parser)]
pub struct Args {
    /// The server's address
    #[arg(default_value = common::TUTORIAL_ADDRESS)]
    pub address: SocketAddr,

    /// What to send
    #[arg(long, value_name = "TEXT", default_value = common::GREETING)]
    pub message: String,

    /// How text becomes bytes, and bytes text: utf-8 or gbk
    #[arg(long, default_value = "utf-8")]
    pub encoding: Encoding,

    /// How long connecting may take, and then the conversation
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = common::seconds)]
    pub time_limit: Duration,
}

pub fn parse() -> Args {
    Args::parse()
}
