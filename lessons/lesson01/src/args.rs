use std::net::SocketAddr;
use std::time::Duration;

use common::{Arguments, Encoding, GREETING};

/// What the client can be told.
pub struct Args {
    /// The server's address.
    pub address: SocketAddr,
    pub message: String,
    pub encoding: Encoding,
    /// How long connecting may take, and then the conversation.
    pub time_limit: Duration,
}

const ABOUT: &str = "Sends one message to a server and prints the whole reply.";

pub fn parse() -> Args {
    let (mut message, mut encoding) = (GREETING.to_owned(), Encoding::Utf8);
    let help = format!(
        "  --message TEXT        What to send (default: {message})
  --encoding NAME       How text becomes bytes, and bytes text: gbk or (default) utf-8"
    );
    let Arguments { address, time_limit } =
        Arguments::parse_with(ABOUT, &help, |argument| {
            match argument.name() {
                "--message" => message = argument.text()?,
                "--encoding" => encoding = argument.parse()?,
                _ => argument.refuse()?,
            }
            Ok(())
        });
    Args { address, message, encoding, time_limit }
}
