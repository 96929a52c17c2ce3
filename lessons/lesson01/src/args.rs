use std::net::SocketAddr;
use std::time::Duration;

use common::{CommandLine, Encoding, GREETING, tutorial_address};

pub struct Args {
    pub address: SocketAddr,
    pub message: String,
    pub encoding: Encoding,
    pub time_limit: Duration,
}

const ABOUT: &str = "Sends one message to a server and prints the whole reply.";

const USAGE: &str = "[OPTIONS] [ADDRESS:PORT]

  ADDRESS:PORT          The server's address (default: 127.0.0.1:9090)
  --message TEXT        What to send (default: 你好,我是客户端)
  --encoding NAME       How text becomes bytes, and bytes text: gbk or (default) utf-8
  --time-limit SECONDS  How long connecting may take, and then the conversation
                        (default: 10)";

pub fn parse() -> Args {
    let (address, message) = (tutorial_address(), GREETING.to_owned());
    let (encoding, time_limit) = (Encoding::Utf8, Duration::from_secs(10));
    let mut args = Args { address, message, encoding, time_limit };
    let mut line = CommandLine::new(ABOUT, USAGE);
    while let Some(name) = line.argument() {
        match name.as_str() {
            "" => args.address = line.address(),
            "--message" => args.message = line.text(),
            "--encoding" => args.encoding = line.parse(),
            "--time-limit" => args.time_limit = line.seconds(),
            _ => line.refuse(),
        }
    }
    args
}
