use std::net::SocketAddr;
use std::time::Duration;

use clap::{Parser, Subcommand};

/// Serves one client, as lesson 2 does, on a port that a second run can have at once.
#[derive(Parser)]
#[command(args_conflicts_with_subcommands = true, disable_help_subcommand = true)]
pub struct Args {
    #[command(subcommand)]
    pub command: Option<Command>,

    /// Where to listen; port 0 leaves the choice to the kernel
    #[arg(default_value = common::TUTORIAL_ADDRESS)]
    pub address: SocketAddr,

    /// Leave SO_REUSEADDR off, to see what it is for
    #[arg(long)]
    pub without_reuse: bool,

    /// How many clients may wait for accept
    #[arg(long, value_name = "N", default_value = "128",
          value_parser = clap::value_parser!(i32).range(0..))]
    pub backlog: i32,

    /// How long the conversation with the client may take
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = common::seconds)]
    pub time_limit: Duration,
}

#[derive(Subcommand)]
pub enum Command {
    /// Measure who can bind a port again, and who gets TIME_WAIT
    Matrix {
        /// Where to listen: the first of six ports, or 0
        #[arg(default_value = "127.0.0.1:0")]
        address: SocketAddr,
    },
}

pub fn parse() -> Args {
    Args::parse()
}
