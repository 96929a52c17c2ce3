use std::net::SocketAddr;
use std::time::Duration;

use common::{CommandLine, Encoding, tutorial_address};

/// What the user may choose.
pub struct Settings {
    /// Where to listen.
    pub address: SocketAddr,
    pub encoding: Encoding,
    /// How many clients are served at the same time, at most.
    pub max_clients: usize,
    /// How long a client may say nothing, or leave its replies unread.
    pub idle_limit: Duration,
    /// How long each reply takes to work out.
    pub work: Option<Duration>,
    /// Say nothing about single clients.
    pub quiet: bool,
}

pub const MAX_CLIENTS: usize = 256;
pub const IDLE_LIMIT: Duration = Duration::from_secs(300);

const USAGE: &str = "[OPTIONS] [ADDRESS:PORT]

  ADDRESS:PORT          Where to listen; port 0 leaves the choice to the kernel
                        (default: 127.0.0.1:9090)
  --encoding NAME       How bytes become text, and text bytes: utf-8 or gbk (default: utf-8)
  --max-clients N       How many clients to serve at the same time; more wait for their turn
                        (default: 256)
  --idle-limit SECONDS  How long a client may say nothing, or leave its replies unread (default: 300)
  --work SECONDS        Pretend that each reply takes so long to work out
  --quiet               Say nothing about single clients";

impl Settings {
    /// Reads the command line of a program that does what `about` says.
    pub fn parse(about: &str) -> Settings {
        let mut settings = Settings {
            address: tutorial_address(),
            encoding: Encoding::Utf8,
            max_clients: MAX_CLIENTS,
            idle_limit: IDLE_LIMIT,
            work: None,
            quiet: false,
        };
        let mut line = CommandLine::new(about, USAGE);
        while let Some(name) = line.argument() {
            match name.as_str() {
                "" => settings.address = line.address(),
                "--encoding" => settings.encoding = line.parse(),
                "--max-clients" => settings.max_clients = line.number(1..=1_000_000),
                "--idle-limit" => settings.idle_limit = line.seconds(),
                "--work" => settings.work = Some(line.seconds()),
                "--quiet" => settings.quiet = true,
                _ => line.refuse(),
            }
        }
        settings
    }
}
