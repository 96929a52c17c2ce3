//! Requests a second: lesson 4, C, tokio and Python in turn.

use std::path::Path;
use std::time::Duration;

use common::{Explain, Failure, REPLY, say};
use rustix::time::{ClockId, clock_gettime};

use crate::load::closed_loop;
use crate::machine::{load_average, record};
use crate::server::{Kind, Processors, build_lessons};

const CONNECTIONS: [usize; 3] = [1, 32, 256];

/// Measures round after round, all servers in each, so that whatever else the machine does meets all.
///
/// # Errors
///
/// A server cannot be started, or does not answer as it should.
pub fn run(results: &Path, rounds: usize, time: Duration) -> Result<(), Failure> {
    build_lessons()?;
    let processors = Processors::find().explain("cannot learn the processors")?;
    let mut rows = Vec::new();
    for round in 1..=rounds {
        for kind in [Kind::Lesson04, Kind::C, Kind::Tokio, Kind::Python] {
            let Some(command) = kind.command()? else { continue };
            let server = processors.start(command)?;
            for connections in CONNECTIONS {
                let mut before = Default::default();
                let at_start = || before = (server.processor_time().ok(), own_time());
                let what = format!("{} failed with {connections} connections", kind.name());
                let load =
                    closed_loop(server.address, connections, time, REPLY.as_bytes(), at_start)
                        .explain(what)?;
                let used = server.processor_time().ok().zip(before.0);
                let used = used.map_or(f64::NAN, |(after, before)| (after - before).as_secs_f64());
                let client = (own_time() - before.1).as_secs_f64() / time.as_secs_f64();
                let (rate, p50, p99) =
                    (load.requests_per_second(), load.percentile(0.5), load.percentile(0.99));
                let cost = used * 1e6 / load.latencies.len() as f64;
                let name = kind.name();
                say!(
                    "{round:>2} {name:<8} {connections:>4}: {rate:>8.0}/s  p50 {p50:>7.1} µs  p99 {p99:>8.1} µs  \
                     server {cost:>5.2} µs a request  client busy {:>3.0} %",
                    client * 100.0
                )?;
                rows.push(format!(
                    "{round},{name},{connections},{rate:.0},{p50:.1},{p99:.1},{cost:.2},{client:.2},{:.1}",
                    load_average()
                ));
            }
        }
    }
    let header = "round,server,connections,rate,p50,p99,cost,client,load";
    record(results, header, &rows)
}

/// How much processor time this program, the client, has used.
fn own_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or_default())
}
