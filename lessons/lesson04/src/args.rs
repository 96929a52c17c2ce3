use std::net::SocketAddr;
use std::time::Duration;

use common::{CommandLine, Encoding, tutorial_address};

pub struct Args {
    pub address: SocketAddr,
    pub encoding: Encoding,
    pub max_clients: usize,
    pub idle_limit: Duration,
    pub work: Duration,
    pub quiet: bool,
}

const ABOUT: &str = "Serves many clients, and replies to what they send, until Ctrl-C.";

const USAGE: &str = "[OPTIONS] [ADDRESS:PORT]

  ADDRESS:PORT          Where to listen (default: 127.0.0.1:9090)
                        Port 0 leaves the choice to the kernel.
  --encoding NAME       How bytes become text: utf-8 or gbk (default: utf-8)
  --max-clients N       How many clients to serve at the same time (default: 256)
  --idle-limit SECONDS  How long a client may say, or read, nothing (default: 300)
  --work SECONDS        Pretend that each reply takes so long to work out
  --quiet               Say nothing about single clients";

pub fn parse() -> Args {
    let (address, encoding, max_clients) = (tutorial_address(), Encoding::Utf8, 256);
    let (idle_limit, work, quiet) = (Duration::from_secs(300), Duration::ZERO, false);
    let mut args = Args { address, encoding, max_clients, idle_limit, work, quiet };
    let mut line = CommandLine::new(ABOUT, USAGE);
    while let Some(name) = line.argument() {
        match name.as_str() {
            "" => args.address = line.address(),
            "--encoding" => args.encoding = line.parse(),
            "--max-clients" => args.max_clients = line.number(1..=1_000_000),
            "--idle-limit" => args.idle_limit = line.seconds(),
            "--work" => args.work = line.seconds(),
            "--quiet" => args.quiet = true,
            _ => line.refuse(),
        }
    }
    args
}
