//! `unwrap` on what a client does, with a lock held. The thread panics, which Rust would contain; but the
//! panic poisons the lock, and the next `unwrap`, in the accept loop, ends the server for everybody.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::ExitCode;
use std::sync::{Arc, Mutex};
use std::thread;

use common::{Arguments, Explain, Failure, REPLY, cannot_listen, exit, say};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A server that panics with a lock held (C11)")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let listener =
        TcpListener::bind(arguments.address).map_err(cannot_listen(arguments.address))?;
    say!("listening on {}", listener.local_addr().explain("cannot learn the address")?)?;
    let pieces = Arc::new(Mutex::new(0));
    loop {
        let (mut connection, client) = listener.accept().explain("cannot accept a client")?;
        // ANCHOR: bug
        say!("{client} connected; {} pieces so far", pieces.lock().unwrap())?;
        let pieces = Arc::clone(&pieces);
        thread::spawn(move || {
            let mut buffer = [0; 1024];
            loop {
                let outcome = connection.read(&mut buffer);
                let mut pieces = pieces.lock().unwrap();
                let count = outcome.unwrap();
                if count == 0 {
                    break;
                }
                *pieces += 1;
                let text = str::from_utf8(&buffer[..count]).unwrap();
                println!("{client} sent {count} bytes: {text:?}");
                connection.write_all(REPLY.as_bytes()).unwrap();
            }
        });
        // ANCHOR_END: bug
    }
}
