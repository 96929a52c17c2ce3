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

const USAGE: &str = "[ADDRESS:PORT]
   or: lesson00 classify ADDRESS:PORT...

  ADDRESS:PORT  Where to listen (default: 127.0.0.1:9090)
                Port 0 leaves the choice to the kernel.
  classify      Say what each address and port is, or why it is none";

pub fn parse() -> Args {
    let mut line = CommandLine::new(ABOUT, USAGE);
    if line.command("classify") {
        return Args::Classify(line.words());
    }
    let mut address = tutorial_address();
    while let Some(name) = line.argument() {
        match name.as_str() {
            "" => address = line.address(),
            _ => line.refuse(),
        }
    }
    Args::Show(address)
}
