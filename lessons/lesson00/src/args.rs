use std::net::SocketAddr;

use common::{CommandLine, tutorial_address};

/// What the program is asked for.
pub enum Args {
    /// To show what this machine says, with a listener at this address.
    Show(SocketAddr),
    /// To say what each of these is.
    Classify(Vec<String>),
}

const ABOUT: &str =
    "Shows what this machine says about addresses, ports, and a connection's two ends.";

const CLASSIFY: &str = "Says what each address and port is, or why it is none.";

const USAGE: &str = "[ADDRESS:PORT]
   or: lesson00 classify ADDRESS:PORT...

  ADDRESS:PORT  Where to listen (default: 127.0.0.1:9090)
                Port 0 leaves the choice to the kernel.
  classify      Says what each address and port is, or why it is none";

pub fn parse() -> Args {
    let mut line = CommandLine::new();
    if line.command("classify") {
        return Args::Classify(line.read_words(CLASSIFY, "ADDRESS:PORT..."));
    }
    let mut address = tutorial_address();
    line.read(ABOUT, USAGE, |argument| {
        match argument.name() {
            "" => address = argument.address()?,
            _ => argument.refuse()?,
        }
        Ok(())
    });
    Args::Show(address)
}
