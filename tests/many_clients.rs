//! What lesson 4's program and its exercise are both asked: the parts that do not depend on how a
//! client talks with its server. `is_served` is that part.

use std::io;
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use grader::{Broken, Outcome, Peer, Run, Usage};
use socket2::{Domain, Socket, Type};

/// The client sends a message and gets its reply.
pub type IsServed = fn(&mut Peer) -> Outcome;

/// `most_lines`: how many lines of complaint are few, for so long a time.
pub fn survives_without_descriptors(
    run: &mut Run,
    is_served: IsServed,
    most_lines: fn(Duration) -> usize,
) -> Outcome {
    let starter = ["sh", "-c", "ulimit -n 32; exec \"$@\"", "sh"];
    let (mut server, address) = run.serve_through(&starter, &["127.0.0.1:0"])?;
    let mut first = run.connect(address)?;
    is_served(&mut first)?;
    let since = Instant::now();
    let mut crowd = Vec::new();
    for _ in 0..40 {
        crowd.push(run.connect(address)?);
    }
    server.complains("error: ")?;
    let before = server.usage()?;
    let time = Duration::from_millis(400);
    crowd.last_mut().expect("a crowd").receives_nothing_for(time)?;
    let busy = server.usage()?.processor_time - before.processor_time;
    run.ensure("meanwhile the server rests", busy < time / 4, format!("{busy:?} of {time:?}"))?;
    let few = most_lines(since.elapsed());
    let lines = server.stderr().lines().count();
    let statement = format!("it has complained in fewer than {few} lines");
    run.ensure(statement, lines < few, format!("{lines} lines"))?;
    is_served(&mut first)?;
    // The last of the crowd is still in the queue. Descriptors come back when the others go.
    let mut last = crowd.pop().expect("a crowd");
    drop(crowd);
    is_served(&mut last)?;
    last.close();
    is_served(&mut run.connect(address)?)
}

pub fn leaves_nothing_behind(run: &mut Run, is_served: IsServed) -> Outcome {
    let (server, address) = run.serve()?;
    let before = server.usage()?;
    for _ in 0..50 {
        let mut client = run.connect(address)?;
        is_served(&mut client)?;
        client.close();
    }
    let count = |usage: Usage| (usage.descriptors, usage.threads);
    let at_the_end = run
        .until("the server has the descriptors and threads that it began with", || {
            (count(server.usage().ok()?) == count(before)).then_some(())
        });
    at_the_end.map_err(|broken| match server.usage() {
        Ok(now) => Broken::new(in_words(before), format!("{}: the time was up", in_words(now))),
        Err(_) => broken,
    })
}

fn in_words(usage: Usage) -> String {
    format!("descriptors: {}, threads: {}", usage.descriptors, usage.threads)
}

/// A connection that takes few bytes, in small packets: the buffers on its way are soon full.
pub fn narrow(address: SocketAddr) -> io::Result<TcpStream> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    socket.set_recv_buffer_size(1)?;
    #[cfg(unix)]
    socket.set_tcp_mss(536)?;
    socket.connect(&address.into())?;
    Ok(socket.into())
}

/// The two seconds of the demand, and some more for a machine that has other things to do.
pub fn is_over_soon(run: &mut Run, since: Instant) -> Outcome {
    let took = since.elapsed();
    run.ensure("that took 2 s at most", took < Duration::from_secs(6), format!("{took:?}"))
}
