//! Exercise 3's third part: how many clients can wait for the server.

use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use grader::sockets::{self, Socket, State};
use grader::{
    ANY_PORT, ANY_PORT_OF_IPV6, Check, Hint, Needs, Outcome, Peer, Run, check, has_ipv6,
    text,
};

use crate::checks::is_not_connected;
use crate::exercise::serves_a_client;

pub const CHECKS: &[Check] = &[
    check("keeps_to_its_queue", keeps_to_its_queue)
        .begins("Its queue is as long as you said", "about 3 lines, a quarter of an hour")
        .demands("With --queue N, N clients wait for a busy server, the next gets no answer, and all are served in the end.")
        .hint("What does the number count that you give to `listen`, and how many clients does Linux let in?")
        .section("02-3-port-reuse.html#the-backlog")
        .needs(Needs::Linux),
    check("has_room_for_128_clients", has_room_for_128_clients)
        .demands("Without --queue, 128 clients wait for a busy server, and the next gets no answer.")
        .hint("Which number has `listen` if the user gives none, and how many clients is that?")
        .section("02-3-port-reuse.html#the-backlog")
        .needs(Needs::Linux),
];

fn keeps_to_its_queue(run: &mut Run) -> Outcome {
    // What is more than the system allows is cut (listen(2)).
    let most = std::fs::read_to_string("/proc/sys/net/core/somaxconn");
    let most = most.ok().and_then(|text| text.trim().parse().ok()).unwrap_or(128);
    for room in [1, run.number(2..=9), run.number(129..=200).min(most)] {
        has_room_for(run, ANY_PORT, &["--queue", &room.to_string()], room)?;
    }
    if has_ipv6() {
        has_room_for(run, ANY_PORT_OF_IPV6, &["--queue", "2"], 2)?;
    }
    Ok(())
}

fn has_room_for_128_clients(run: &mut Run) -> Outcome {
    has_room_for(run, ANY_PORT, &[], 128)?;
    if has_ipv6() {
        has_room_for(run, ANY_PORT_OF_IPV6, &[], 128)?;
    }
    Ok(())
}

fn has_room_for(run: &mut Run, address: &str, options: &[&str], room: u64) -> Outcome {
    let arguments = [options, &["--time-limit", "60", address]].concat();
    let (mut server, address) = run.serve_with(&arguments)?;
    // It has its reply and stays: the server reads on, and accepts no other.
    let served = serves_a_client(run, address)?;
    let queue = fill(run, address, room)?;
    is_not_connected(run, address)?;
    // When the listener is gone, the SYN has no answer until it's sent again.
    server.still_runs()?;
    served.close();
    for mut client in queue {
        client.send(common::GREETING)?;
        client.receives_all(common::REPLY)?;
        client.close();
    }
    serves_a_client(run, address)?.close();
    Ok(())
}

/// Connects so many clients that nobody accepts, and waits until all are in the queue.
pub fn fill(run: &mut Run, address: SocketAddr, clients: u64) -> Outcome<Vec<Peer>> {
    run.step(match clients {
        1 => text!("1 client connects to {address}, and waits in the queue", address),
        _ => text!(
            "{clients} clients connect to {address}, and wait in the queue",
            clients,
            address,
        ),
    });
    let mut queue = Vec::new();
    for number in 1..=clients {
        // An answer that comes later is one to a SYN that has been sent again.
        let stream = TcpStream::connect_timeout(&address, Duration::from_millis(900))
            .map_err(|why| {
                run.broken(text!("connection {number}", number), common::why(&why))
            })
            .hint("For how many clients is there room in your queue?")?;
        queue.push(run.peer(stream, &text!("client {number} in the queue", number)));
    }
    let waiting = match clients {
        1 => text!("1 is in the queue"),
        _ => text!("{clients} are in the queue", clients),
    };
    run.until(waiting, || {
        // Where the kernel does not say so, the connections above are all that is known.
        let Some(sockets) = sockets::sockets_at(address) else { return Some(()) };
        let is_full =
            |it: &Socket| it.state == State::Listen && it.receive_queue == clients;
        sockets.iter().any(is_full).then_some(())
    })?;
    Ok(queue)
}
