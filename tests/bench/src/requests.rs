//! Requests a second: lesson 4, C, tokio and Python in turn.

use std::io;
use std::path::Path;
use std::time::Duration;

use common::{Explain, Failure, REPLY, say};

use crate::load::{Load, closed_loop};
use crate::machine::{load_average, record};
use crate::server::{Kind, Server, build_lessons};
use crate::system::{Processors, own_time};

/// Measures many short rounds, all servers in each, so that whatever else the machine does meets all.
///
/// # Errors
///
/// A server cannot be started, or does not answer as it should.
pub fn run(
    results: &Path,
    rounds: usize,
    time: Duration,
    connections: &[usize],
) -> Result<(), Failure> {
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
        for &connections in connections {
            for (name, server) in &servers {
                let measured = measure(server, connections, time)
                    .explain(format!("{name} failed with {connections} connections"))?;
                say!("{round:>2} {name:<8} {connections:>4}: {}", measured.told())?;
                let load = load_average();
                rows.push(format!("{round},{name},{connections},{},{load:.1}", measured.csv()));
            }
        }
    }
    let header = "round,server,connections,requests,rate,p50,p99,used,client,load";
    record(results, header, &rows)
}

/// What one server did for so many clients.
struct Measured {
    load: Load,
    /// The server's processor time.
    used: Duration,
    /// For which part of the time the clients kept a processor busy.
    client: f64,
}

fn measure(server: &Server, connections: usize, time: Duration) -> io::Result<Measured> {
    let mut seen = Vec::new();
    let look = || seen.push((server.processor_time(), own_time()));
    let load = closed_loop(server.address, connections, time, REPLY.as_bytes(), look)?;
    let [(used_before, own_before), (used, own)] =
        seen.try_into().expect("once at the start and once at the end");
    let client = (own - own_before).as_secs_f64() / time.as_secs_f64();
    Ok(Measured { load, used: used? - used_before?, client })
}

impl Measured {
    fn told(&self) -> String {
        let Measured { load, client, .. } = self;
        format!(
            "{:>8.0}/s  p50 {:>8.1} µs  p99 {:>9.1} µs  client busy {:>3.0} %",
            load.requests_per_second(),
            load.percentile(0.5),
            load.percentile(0.99),
            client * 100.0
        )
    }

    fn csv(&self) -> String {
        let Measured { load, used, client } = self;
        let (rate, requests) = (load.requests_per_second(), load.latencies.len());
        let (p50, p99, used) = (load.percentile(0.5), load.percentile(0.99), used.as_secs_f64());
        format!("{requests},{rate:.0},{p50:.1},{p99:.1},{used:.2},{client:.2}")
    }
}
