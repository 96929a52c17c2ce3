use std::net::SocketAddr;

use clap::{Parser, Subcommand};

/// Shows what this machine says about addresses, ports, and the two ends of a connection.
#[derive(Parser)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Args {
    #[command(subcommand)]
    pub command: Option<Command>,

    /// Where to listen; port 0 leaves the choice to the kernel
    #[arg(default_value = common::TUTORIAL_ADDRESS)]
    pub address: SocketAddr,
}

#[derive(Subcommand)]
pub enum Command {
    /// Says what each address and port is, or why it is none
    Classify {
        /// An address and a port, such as 127.0.0.1:9090 or [::1]:9090
        #[arg(required = true, value_name = "ADDR")]
        addresses: Vec<String>,
    },
}

pub fn parse() -> Args {
    Args::parse()
}
