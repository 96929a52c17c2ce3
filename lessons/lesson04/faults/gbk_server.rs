//! C6: a server that decodes and encodes with GBK, whatever its clients speak. Some text in UTF-8 is an
//! error then. Some is not: `你好` becomes `浣犲ソ`, and nobody notices.

use std::process::ExitCode;

use common::{Encoding, Failure, exit};
use lesson04::{Settings, accept_clients, converse, open, start_thread};

fn main() -> ExitCode {
    exit(run(Settings::parse("A server that speaks GBK with everybody (C6)")))
}

fn run(settings: Settings) -> Result<(), Failure> {
    // ANCHOR: bug
    let (listener, clients) = open(Settings { encoding: Encoding::Gbk, ..settings })?;
    // ANCHOR_END: bug
    accept_clients(&listener, &clients, |client| start_thread(client, converse));
    drop(listener);
    clients.see_off();
    Ok(())
}
