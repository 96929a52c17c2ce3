use std::net::SocketAddr;
use std::num::NonZero;
use std::time::Duration;

use clap::Parser;
use common::{Encoding, seconds};

/// Serves many clients at the same time and replies to what they send, until Ctrl-C.
#[derive(Parser)]
pub struct Args {
    /// Where to listen; port 0 leaves the choice to the kernel
    #[arg(default_value = common::TUTORIAL_ADDRESS)]
    pub address: SocketAddr,

    /// How bytes become text, and text bytes: utf-8 or gbk
    #[arg(long, default_value = "utf-8")]
    pub encoding: Encoding,

    /// How many clients to serve at the same time; more wait for their turn
    #[arg(long, value_name = "N", default_value = "256")]
    pub max_clients: NonZero<usize>,

    /// How long a client may say nothing, or leave its replies unread
    #[arg(long, value_name = "SECONDS", default_value = "300", value_parser = seconds)]
    pub idle_limit: Duration,

    /// Pretend that each reply takes so long to work out
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub work: Option<Duration>,

    /// Say nothing about single clients
    #[arg(long)]
    pub quiet: bool,
}

pub fn parse() -> Args {
    Args::parse()
}
