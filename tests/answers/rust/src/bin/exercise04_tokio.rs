//! Exercise 4 with tokio: a task for each client, and a channel that tells all of them to stop.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;

use common::{Arguments, Explain, Failure, REPLY, cannot_listen, complain, exit, say};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

/// The longest line, in bytes, without its end.
const MAX_LINE: usize = 64 << 10;

/// How long clients have for their last replies after Ctrl-C.
const GRACE: Duration = Duration::from_millis(1300);

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A server for many clients, line by line, with tokio")))
}

#[tokio::main]
async fn run(arguments: &Arguments) -> Result<(), Failure> {
    let listener =
        TcpListener::bind(arguments.address).await.map_err(cannot_listen(arguments.address))?;
    let (stop, stopping) = watch::channel(false);
    let stops = move || {
        stop.send_replace(true);
    };
    ctrlc::set_handler(stops).map_err(|why| Failure::new("cannot prepare for Ctrl-C", why))?;
    say!("listening on {}", listener.local_addr().explain("cannot learn the address")?)?;

    let mut tasks = JoinSet::new();
    let mut stop = stopping.clone();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((connection, client)) => {
                    let stopping = stopping.clone();
                    tasks.spawn(serve(connection, client, stopping));
                }
                Err(why) => {
                    complain(&Failure::new("cannot accept a client", why));
                    sleep(Duration::from_millis(200)).await;
                }
            },
            // Tasks that have ended are forgotten.
            Some(_) = tasks.join_next() => {}
            _ = stop.changed() => break,
        }
    }
    drop(listener);
    let _ = timeout(GRACE, async { while tasks.join_next().await.is_some() {} }).await;
    Ok(())
}

async fn serve(mut connection: TcpStream, client: SocketAddr, mut stopping: watch::Receiver<bool>) {
    let outcome = answer_lines(&mut connection, client, &mut stopping).await;
    let _ = connection.shutdown().await;
    let Err(failure) = outcome else { return };
    complain(&failure);
    if !*stopping.borrow() {
        // Closing with unread input is a reset, which destroys replies: so what still comes is read.
        let mut chunk = vec![0; 16 << 10];
        let rest = async { while matches!(connection.read(&mut chunk).await, Ok(1..)) {} };
        let _ = timeout(Duration::from_millis(500), rest).await;
    }
}

async fn answer_lines(
    connection: &mut TcpStream,
    client: SocketAddr,
    stopping: &mut watch::Receiver<bool>,
) -> Result<(), Failure> {
    let lost = || format!("lost {client}");
    let mut held = Vec::new();
    let mut chunk = vec![0; 16 << 10];
    loop {
        // What has arrived comes before the stop.
        let count = tokio::select! {
            biased;
            count = connection.read(&mut chunk) => count.explain(lost())?,
            _ = stopping.wait_for(|&stops| stops) => return Ok(()),
        };
        if count == 0 {
            // The start of a line whose end may only not have come yet isn't one after Ctrl-C.
            if !held.is_empty() && !*stopping.borrow() {
                answer(connection, client, &held).await?;
            }
            return Ok(());
        }
        held.extend_from_slice(&chunk[..count]);
        while let Some(end) = held.iter().position(|&byte| byte == b'\n') {
            let line: Vec<u8> = held.drain(..=end).collect();
            answer(connection, client, &line[..end]).await?;
        }
        if held.len() > MAX_LINE {
            return Err(too_long(client));
        }
    }
}

async fn answer(
    connection: &mut TcpStream,
    client: SocketAddr,
    line: &[u8],
) -> Result<(), Failure> {
    if line.len() > MAX_LINE {
        return Err(too_long(client));
    }
    let text = str::from_utf8(line)
        .map_err(|why| Failure::new(format!("a line of {client} is not text in UTF-8"), why))?;
    let reply = format!("{REPLY} {text}\n");
    connection.write_all(reply.as_bytes()).await.explain(format!("lost {client}"))
}

fn too_long(client: SocketAddr) -> Failure {
    Failure::new(
        format!("a line of {client} is refused"),
        format!("it is longer than {MAX_LINE} bytes"),
    )
}
