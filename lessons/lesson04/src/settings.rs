use std::net::SocketAddr;
use std::time::Duration;

use common::{Arguments, Encoding, seconds};

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

impl Settings {
    /// Reads the options of the lesson's program without clap, for the small programs in `examples/`.
    pub fn parse(about: &str) -> Settings {
        let (mut encoding, mut max_clients) = (Encoding::default(), MAX_CLIENTS);
        let (mut idle_limit, mut work, mut quiet) = (IDLE_LIMIT, None, false);
        let words =
            "[--encoding NAME] [--max-clients N] [--idle-limit SECONDS] [--work SECONDS] [--quiet]";
        let arguments = Arguments::parse_with(about, words, |option, value| {
            match option {
                "--encoding" => encoding = value().parse()?,
                "--max-clients" => {
                    max_clients = value().parse().map_err(|_| "it takes a number".to_string())?;
                }
                "--idle-limit" => idle_limit = seconds(&value())?,
                "--work" => work = Some(seconds(&value())?),
                "--quiet" => quiet = true,
                _ => return Ok(false),
            }
            Ok(true)
        });
        Settings { address: arguments.address, encoding, max_clients, idle_limit, work, quiet }
    }
}
