//! Requests a second: lesson 4, C, tokio and Python in turn.

use std::io;
use std::path::Path;
use std::time::Duration;

use common::{Explain, Failure, REPLY, say};
use rustix::time::{ClockId, clock_gettime};

use crate::load::closed_loop;
use crate::machine::{load_average, record};
use crate::server::{Kind, Processors, Server, build_lessons};

const CONNECTIONS: [usize; 3] = [1, 32, 256];

/// Measures many short rounds, all servers in each, so that whatever else the machine does meets all.
///
/// # Errors
///
/// A server cannot be started, or does not answer as it should.
pub fn run(results: &Path, rounds: usize, time: Duration) -> Result<(), Failure> {
    build_lessons()?;
    let processors = Processors::find().explain("cannot learn the processors")?;
    let mut rows = Vec::new();
    for round in 1..=rounds {
        let mut servers = Vec::new();
        for kind in [Kind::Lesson04, Kind::C, Kind::Tokio, Kind::Python] {
            if let Some(command) = kind.command()? {
                servers.push((kind.name(), processors.start(command)?));
            }
        }
        for connections in CONNECTIONS {
            for (name, server) in &servers {
                let measured = measure(server, connections, time)
                    .explain(format!("{name} failed with {connections} connections"))?;
                say!("{round:>2} {name:<8} {connections:>4}: {}", measured.told())?;
                let load = load_average();
                rows.push(format!("{round},{name},{connections},{},{load:.1}", measured.csv()));
            }
        }
    }
    let header = "round,server,connections,rate,p50,p99,cost,client,load";
    record(results, header, &rows)
}

/// What one server did for so many clients.
struct Measured {
    /// Requests a second.
    rate: f64,
    /// From a request to its reply, in microseconds.
    p50: f64,
    p99: f64,
    /// The server's processor time for a request, in microseconds.
    cost: f64,
    /// For which part of the time the client's processor was busy with the clients.
    client: f64,
}

fn measure(server: &Server, connections: usize, time: Duration) -> io::Result<Measured> {
    let mut before = (Duration::ZERO, Duration::ZERO);
    let at_start = || before = (server.processor_time().unwrap_or_default(), own_time());
    let load = closed_loop(server.address, connections, time, REPLY.as_bytes(), at_start)?;
    let client = own_time() - before.1;
    let used = server.processor_time()? - before.0;
    Ok(Measured {
        rate: load.requests_per_second(),
        p50: load.percentile(0.5),
        p99: load.percentile(0.99),
        cost: used.as_secs_f64() * 1e6 / load.latencies.len() as f64,
        client: client.as_secs_f64() / time.as_secs_f64(),
    })
}

impl Measured {
    fn told(&self) -> String {
        let Measured { rate, p50, p99, cost, client } = self;
        format!(
            "{rate:>8.0}/s  p50 {p50:>8.1} µs  p99 {p99:>9.1} µs  server {cost:>5.1} µs a request  \
             client busy {:>3.0} %",
            client * 100.0
        )
    }

    fn csv(&self) -> String {
        let Measured { rate, p50, p99, cost, client } = self;
        format!("{rate:.0},{p50:.1},{p99:.1},{cost:.2},{client:.2}")
    }
}

/// How much processor time this program, the client, has used.
fn own_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or_default())
}
