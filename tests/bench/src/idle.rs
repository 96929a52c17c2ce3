//! Clients that are connected and say nothing: what they cost.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::time::{Duration, Instant};

use common::{Explain, Failure, REPLY, say};

use crate::machine::{load_average, record};
use crate::server::{Kind, Server, build_lessons, number_in};
use crate::system::{Processors, take_descriptors};

const CLIENTS: [usize; 3] = [100, 1_000, 10_000];

/// How long a server may take for a reply.
const PATIENCE: Duration = Duration::from_secs(30);

/// Measures round after round, all servers in each.
///
/// # Errors
///
/// A server cannot be started, or does not answer.
pub fn run(results: &Path, rounds: usize) -> Result<(), Failure> {
    build_lessons()?;
    let room = take_descriptors().explain("cannot raise the limit of descriptors")?;
    let processors = Processors::find().explain("cannot learn the processors")?;
    let mut rows = Vec::new();
    for round in 1..=rounds {
        for clients in CLIENTS {
            if clients + 100 > room {
                say!(
                    "{clients} clients: not available, the limit is {room} descriptors (ulimit -n)"
                )?;
                continue;
            }
            for kind in [Kind::Lesson04, Kind::C, Kind::Tokio] {
                let Some(command) = kind.command()? else { continue };
                let server = processors.start(command)?;
                let name = kind.name();
                let what = format!("{name} failed with {clients} clients");
                let stacks = kernel_stacks().explain(&what)?;
                let start = Instant::now();
                let connected: io::Result<Vec<TcpStream>> =
                    (0..clients).map(|_| connect(server.address)).collect();
                let connected = connected.explain(&what)?;
                let time = start.elapsed().as_secs_f64();
                let stacks = kernel_stacks().explain(&what)?.saturating_sub(stacks);
                let [rss, tables, threads] = sizes(&server).explain(&what)?;
                drop(connected);
                say!(
                    "{round:>2} {name:<8} {clients:>5}: {rss:>7} KiB, page tables {tables:>6} KiB, kernel \
                     stacks {stacks:>6} KiB, {threads:>5} threads, {time:.2} s"
                )?;
                rows.push(format!(
                    "{round},{name},{clients},{rss},{tables},{stacks},{threads},{time:.3},{:.1}",
                    load_average()
                ));
            }
        }
    }
    record(results, "round,server,clients,rss,tables,stacks,threads,seconds,load", &rows)
}

/// Connects a client and has one reply, so that the server has done all that it does for one.
fn connect(server: SocketAddr) -> io::Result<TcpStream> {
    let mut client = TcpStream::connect(server)?;
    client.set_read_timeout(Some(PATIENCE))?;
    client.write_all(b"hello")?;
    client.read_exact(&mut [0; REPLY.len()])?;
    Ok(client)
}

/// Memory of the program, its page tables (both in KiB), and its threads.
fn sizes(server: &Server) -> io::Result<[u64; 3]> {
    Ok([server.status("VmRSS")?, server.status("VmPTE")?, server.status("Threads")?])
}

/// The memory of all kernel stacks of the machine, in KiB (proc_meminfo(5)).
fn kernel_stacks() -> io::Result<u64> {
    number_in("/proc/meminfo", "KernelStack")
}
