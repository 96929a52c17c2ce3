//! Bytes a second over one connection: lesson 5's sweep and iperf3 in turn.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use common::{Explain, Failure, say};

use crate::buffers::csv_of;
use crate::machine::{load_average, output_of, record};
use crate::server::build_lessons;

/// Measures round after round, both programs in each.
///
/// # Errors
///
/// A program cannot be started, or fails.
pub fn run(results: &Path, rounds: usize, time: Duration) -> Result<(), Failure> {
    build_lessons()?;
    let iperf3 = Command::new("iperf3").arg("--version").output().is_ok();
    if !iperf3 {
        say!("iperf3 is not installed: lesson05 alone")?;
    }
    let mut rows = Vec::new();
    for round in 1..=rounds {
        let swept = sweep(time)?;
        for (chunk, bytes, seconds) in &swept {
            add(&mut rows, round, "lesson05", *chunk, bytes / seconds)?;
        }
        for (chunk, ..) in swept.iter().filter(|_| iperf3) {
            add(&mut rows, round, "iperf3", *chunk, stream(*chunk, time)?)?;
        }
    }
    record(results, "round,program,chunk,rate,load", &rows)
}

fn add(
    rows: &mut Vec<String>,
    round: usize,
    program: &str,
    chunk: usize,
    rate: f64,
) -> Result<(), Failure> {
    rows.push(format!("{round},{program},{chunk},{rate:.0},{:.1}", load_average()));
    say!("{round:>2} {program:<8} {chunk:>8}: {:>8.1} MB/s", rate / 1e6)
}

/// Lesson 5's sweep: chunk size, bytes, seconds.
fn sweep(time: Duration) -> Result<Vec<(usize, f64, f64)>, Failure> {
    let time = time.as_secs_f64().to_string();
    let text = csv_of(&["sweep", "127.0.0.1:0", "--seconds-per-size", &time])?;
    let row = |line: &str| {
        let cells: Vec<&str> = line.split(',').collect();
        let [chunk, _, bytes, seconds] = cells.as_slice() else { return None };
        Some((chunk.parse().ok()?, bytes.parse().ok()?, seconds.parse().ok()?))
    };
    let rows: Option<Vec<_>> = text.lines().skip(1).map(row).collect();
    rows.ok_or_else(|| Failure::new("cannot read the sweep", "it has another form"))
}

/// One stream of iperf3 with writes of one size, in bytes a second as its receiver counted them.
fn stream(chunk: usize, time: Duration) -> Result<f64, Failure> {
    let what = "cannot run iperf3";
    // iperf3 takes no port 0. This one was free a moment ago.
    let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    let port = free.explain(what)?.port().to_string();
    let mut server = Command::new("iperf3")
        .args(["--server", "--one-off", "--forceflush", "--bind", "127.0.0.1", "--port", &port])
        .stdout(Stdio::piped())
        .spawn()
        .explain(what)?;
    let output = BufReader::new(server.stdout.take().expect("it is piped"));
    let listens =
        output.lines().any(|line| line.is_ok_and(|line| line.starts_with("Server listening")));
    let mut client = Command::new("iperf3");
    client.args(["--client", "127.0.0.1", "--port", &port, "--json"]);
    client.args(["--length", &chunk.to_string(), "--time", &time.as_secs().max(1).to_string()]);
    let answer = if listens { output_of(&mut client) } else { None };
    if answer.is_none() {
        let _ = server.kill();
    }
    let _ = server.wait();
    let answer: serde_json::Value =
        answer.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    let bits = answer["end"]["sum_received"]["bits_per_second"].as_f64();
    bits.map(|bits| bits / 8.0).ok_or_else(|| Failure::new(what, "it gives no result"))
}
