//! C7: the connection is closed inside the loop. The first piece is answered, the second never.
//!
//! To drop the connection there does not compile (`rejected/close_in_loop.rs`). To end it does.
//!
//! Instead of: lesson04
//! Fails: serves_clients_side_by_side, answers_every_piece, decodes_across_pieces,
//!   speaks_gbk_when_told, survives_a_reset, parts_with_bytes_that_are_not_text,
//!   says_who_comes_and_goes, keeps_the_house_full, survives_without_descriptors, serves_nc,
//!   serves_socat

use std::io::{Read, Write};
use std::net::Shutdown;
use std::process::ExitCode;
use std::str;

use common::{Explain, Failure, exit};
use lesson04::{Client, Farewell, Settings, accept_clients, gone, open, prepare, start_thread};

fn main() -> ExitCode {
    exit(run(Settings::parse("A server that closes inside its loop (C7)")))
}

fn run(settings: Settings) -> Result<(), Failure> {
    let (listener, clients) = open(settings)?;
    accept_clients(&listener, &clients, |client| start_thread(client, converse));
    drop(listener);
    clients.see_off();
    Ok(())
}

fn converse(client: &Client) -> Result<Farewell, Failure> {
    prepare(client).explain(format!("lost {}", client.address))?;
    let mut connection = client.connection();
    let mut buffer = [0; 1024];
    // ANCHOR: bug
    loop {
        match connection.read(&mut buffer) {
            Ok(0) => return Ok(Farewell::EndedItsSide),
            Ok(count) => client.log(format_args!("sent {:?}", str::from_utf8(&buffer[..count]))),
            Err(why) => return gone(client, why),
        }
        if let Err(why) = connection.write_all(client.reply()) {
            return gone(client, why);
        }
        let _ = connection.shutdown(Shutdown::Both);
    }
    // ANCHOR_END: bug
}
