//! Exercise 2 with a pool: four threads take clients from one listener.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::process::ExitCode;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use common::{Arguments, Explain, Failure, Limited, REPLY, cannot_listen, complain, exit, say};

const MAX_REQUEST: usize = 1 << 20;
const THREADS: usize = 4;

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A server with a pool of threads")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let listener =
        TcpListener::bind(arguments.address).map_err(cannot_listen(arguments.address))?;
    say!("listening on {}", listener.local_addr().explain("cannot learn the address")?)?;
    let (listener, limit) = (Arc::new(listener), arguments.time_limit);
    let pool: Vec<_> = (0..THREADS)
        .map(|_| {
            let listener = Arc::clone(&listener);
            thread::spawn(move || accept_for_good(&listener, limit))
        })
        .collect();
    for thread in pool {
        thread.join().map_err(|_| Failure::new("a thread of the pool is gone", "it panicked"))?;
    }
    Ok(())
}

fn accept_for_good(listener: &TcpListener, limit: Duration) {
    loop {
        let served = match listener.accept() {
            Ok((connection, client)) => serve(&connection, client, limit),
            Err(why) => {
                thread::sleep(Duration::from_millis(100));
                Err(Failure::new("cannot accept a client", why))
            }
        };
        if let Err(failure) = served {
            complain(&failure);
        }
    }
}

fn serve(connection: &TcpStream, client: SocketAddr, limit: Duration) -> Result<(), Failure> {
    let refused = || format!("the request of {client} is refused");
    let mut conversation = Limited::new(connection, limit);
    let mut request = Vec::new();
    (&mut conversation).take(MAX_REQUEST as u64 + 1).read_to_end(&mut request).explain(refused())?;
    let why = match request.len() {
        0 => "it is empty".to_owned(),
        length if length > MAX_REQUEST => format!("it is longer than {MAX_REQUEST} bytes"),
        _ => match str::from_utf8(&request) {
            Ok(text) => {
                return reply(&mut conversation, connection, text)
                    .explain(format!("cannot reply to {client}"));
            }
            Err(why) => why.to_string(),
        },
    };
    Err(Failure::new(refused(), why))
}

fn reply(conversation: &mut Limited, connection: &TcpStream, text: &str) -> io::Result<()> {
    conversation.write_all(format!("{REPLY}\n{text}").as_bytes())?;
    connection.shutdown(Shutdown::Write)
}
