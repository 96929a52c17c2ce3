//! Closed-loop clients: each sends a request, waits for the reply, and sends the next one.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout;

/// The size of a request, in bytes.
pub const REQUEST: usize = 64;

/// How long to load a server before anything counts: its threads have started, its memory is mapped.
const WARM_UP: Duration = Duration::from_millis(50);

/// How much longer than planned a measurement may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// What the clients saw.
pub struct Load {
    /// From each request to its reply, in nanoseconds, the shortest first.
    pub latencies: Vec<u32>,
    pub time: Duration,
}

impl Load {
    pub fn requests_per_second(&self) -> f64 {
        self.latencies.len() as f64 / self.time.as_secs_f64()
    }

    /// The latency that so large a part of the requests did not exceed, in microseconds.
    pub fn percentile(&self, part: f64) -> f64 {
        let rank = (part * self.latencies.len() as f64).ceil() as usize;
        let at = rank.saturating_sub(1).min(self.latencies.len().saturating_sub(1));
        self.latencies.get(at).map_or(f64::NAN, |nanos| f64::from(*nanos) / 1e3)
    }
}

/// Loads a server from one thread. `look` is called when the measuring begins, and when it ends.
///
/// # Errors
///
/// A connection fails, a reply is not `reply`, or the server does not answer.
pub fn closed_loop(
    server: SocketAddr,
    connections: usize,
    time: Duration,
    reply: &'static [u8],
    look: impl FnMut(),
) -> io::Result<Load> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let patience = WARM_UP + time + PATIENCE;
        timeout(patience, load(server, connections, time, reply, look)).await?
    })
}

async fn load(
    server: SocketAddr,
    connections: usize,
    time: Duration,
    reply: &'static [u8],
    mut look: impl FnMut(),
) -> io::Result<Load> {
    let mut clients = Vec::new();
    for _ in 0..connections {
        let mut client = TcpStream::connect(server).await?;
        client.set_nodelay(true)?;
        // The first reply shows that the server has this one, so the next may come.
        ask(&mut client, reply).await?;
        clients.push(client);
    }
    let start = Instant::now() + WARM_UP;
    let end = start + time;
    let mut tasks = JoinSet::new();
    for client in clients {
        tasks.spawn(ask_until(client, reply, start, end));
    }
    tokio::time::sleep_until(start.into()).await;
    look();
    tokio::time::sleep_until(end.into()).await;
    look();
    let mut latencies = Vec::new();
    while let Some(client) = tasks.join_next().await {
        latencies.append(&mut client.expect("no client panics")?);
    }
    latencies.sort_unstable();
    Ok(Load { latencies, time })
}

/// Asks again and again. Returns how long each reply took that came within the time.
async fn ask_until(
    mut client: TcpStream,
    reply: &'static [u8],
    start: Instant,
    end: Instant,
) -> io::Result<Vec<u32>> {
    let mut latencies = Vec::with_capacity(1 << 14);
    let mut asked = Instant::now();
    loop {
        ask(&mut client, reply).await?;
        let answered = Instant::now();
        if answered >= end {
            return Ok(latencies);
        }
        if answered >= start {
            let nanos = (answered - asked).as_nanos();
            latencies.push(u32::try_from(nanos).unwrap_or(u32::MAX));
        }
        asked = answered;
    }
}

async fn ask(client: &mut TcpStream, reply: &[u8]) -> io::Result<()> {
    client.write_all(&[b'x'; REQUEST]).await?;
    // One byte more than is expected: a server that says too much is noticed.
    let mut buffer = [0; 128];
    let mut count = 0;
    while count < reply.len() {
        match client.read(&mut buffer[count..]).await? {
            0 => return Err(ErrorKind::UnexpectedEof.into()),
            more => count += more,
        }
    }
    if &buffer[..count] == reply { Ok(()) } else { Err(io::Error::other("a wrong reply")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::thread;

    /// A server for two clients that sends `says` for each request.
    fn server(says: &'static [u8]) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a listener");
        let address = listener.local_addr().expect("an address");
        thread::spawn(move || {
            for connection in listener.incoming().take(2) {
                let mut connection = connection.expect("a client");
                thread::spawn(move || {
                    let mut request = [0; REQUEST];
                    while connection.read_exact(&mut request).is_ok() {
                        connection.write_all(says).expect("the client reads");
                    }
                });
            }
        });
        address
    }

    #[test]
    fn replies_are_counted_and_timed() {
        let time = Duration::from_millis(50);
        let load = closed_loop(server(b"yes"), 2, time, b"yes", || {}).expect("it answers");
        assert!(!load.latencies.is_empty() && load.latencies.is_sorted());
        assert!(load.percentile(0.5) <= load.percentile(0.99));
    }

    #[test]
    fn a_wrong_reply_is_no_result() {
        for says in [&b"no!"[..], b"yes and more"] {
            let time = Duration::from_millis(50);
            assert!(closed_loop(server(says), 1, time, b"yes", || {}).is_err());
        }
    }

    #[test]
    fn percentiles_of_a_hundred() {
        let latencies = (1..=100).map(|micros| micros * 1000).collect();
        let load = Load { latencies, time: Duration::from_secs(2) };
        assert_eq!((load.percentile(0.5), load.percentile(0.99)), (50.0, 99.0));
        assert_eq!(load.requests_per_second(), 50.0);
    }
}
