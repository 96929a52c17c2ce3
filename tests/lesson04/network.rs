//! A network that fails: two machines, and a cable that is cut, or loses packets, or is long.

use std::io::ErrorKind;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::{Duration, Instant};

use common::{GREETING, REPLY};
use grader::{
    Check, Machine, Needs, Network, Outcome, Peer, Retransmits, Run, Subject, check, uninterrupted,
};
use socket2::{SockRef, TcpKeepalive};

use crate::lines::Lines;
use servers::robustness::Protocol;

pub const FACTS: &[Check] = &[
    check("S6_what_is_lost_is_sent_again", what_is_lost_is_sent_again)
        .demands("S6: what is sent while the cable is cut is lost, is sent again, and arrives when it is whole.")
        .section("endings.html#a-cut-cable-says-nothing")
        .needs(Needs::Network),
    check("S19_a_cut_cable_is_silence", a_cut_cable_is_silence)
        .demands("S19: neither end notices a cut cable; a time limit ends the wait.")
        .section("endings.html#a-cut-cable-says-nothing")
        .needs(Needs::Network),
    check("S19_keepalive_notices_a_dead_peer", keepalive_notices_a_dead_peer)
        .demands("S19: with keepalive, a read fails when the peer's kernel no longer answers; without, it waits on.")
        .section("endings.html#a-cut-cable-says-nothing")
        .needs(Needs::Network),
    check("S6_losses_are_made_good", losses_are_made_good)
        .demands("S6: over a network that loses one packet in five, all replies arrive, and whole.")
        .section("endings.html#a-cut-cable-says-nothing")
        .needs(Needs::Netem),
    check("a_reply_waits_for_no_acknowledgement", a_reply_waits_for_no_acknowledgement)
        .demands("With TCP_NODELAY, a reply is sent though the one before has not been acknowledged.")
        .section("03-threads.html#the-repair")
        .needs(Needs::Netem),
];

fn what_is_lost_is_sent_again(run: &mut Run) -> Outcome {
    let network = run.network()?;
    let server = network.on(Machine::Left, &Subject::built("solution04"));
    let mut server = run.start_other(&server, &["192.0.2.1:0"])?;
    let address = server.listening()?;
    let mut client = connect(run, &network, "the client", address.port())?;
    Lines::is_served(&mut client)?;
    run.attempt("the cable is cut", network.cut())?;
    Lines::asks(&mut client)?;
    run.until("TCP_INFO says that the client's kernel has sent it again, twice", || {
        retransmits(&network, &client).filter(|again| again.total > 1)
    })?;
    record_what_is_lost(run, &network, client.remote())?;
    run.attempt("the cable is mended", network.mend())?;
    Lines::is_answered(&mut client)?;
    run.until("TCP_INFO says that it has arrived", || {
        retransmits(&network, &client).filter(|again| again.total > 1 && again.in_flight == 0)
    })?;
    Lines::sends_much(&mut client)
}

/// What the client's machine shows meanwhile.
fn record_what_is_lost(run: &mut Run, network: &Network, server: SocketAddr) -> Outcome {
    let command = |server: &str| {
        let fields = r"\b(rto|backoff|bytes_[a-z]*|unacked|retrans|lost):[^ ]*";
        format!("ss -tinH dst {server} | grep -oE '{fields}'")
    };
    let shell = network.on(Machine::Right, &Subject::tool(&["sh", "-c"]));
    let mut shell = run.start_other(&shell, &[&command(&server.to_string())])?;
    shell.exits_with(0)?;
    let text = format!("$ {}\n{}", command("192.0.2.1:9090"), shell.stdout());
    run.recorded("looking-lost", &text)
}

fn losses_are_made_good(run: &mut Run) -> Outcome {
    let network = run.network()?;
    run.attempt("each packet is lost with a chance of one in five", network.disturb("loss 20%"))?;
    let server = network.on(Machine::Left, &Subject::built("solution04"));
    let mut server = run.start_other(&server, &["192.0.2.1:0"])?;
    let address = server.listening()?;
    let mut client = connect(run, &network, "the client", address.port())?;
    // Until one of the client's packets has been lost, and its line has arrived anyway.
    for _ in 0..100 {
        Lines::is_served(&mut client)?;
        let again = network.retransmits(Machine::Right, address);
        if run.attempt("TCP_INFO", again)?.total > 0 {
            return Ok(());
        }
    }
    Err(run.broken("a packet that is sent again", "none, for 100 lines"))
}

fn a_reply_waits_for_no_acknowledgement(run: &mut Run) -> Outcome {
    const DELAY: Duration = Duration::from_millis(300);
    let network = run.network()?;
    let delay = format!("delay {}ms", DELAY.as_millis());
    run.attempt(format!("each packet takes {DELAY:?}"), network.disturb(&delay))?;
    let server = network.on(Machine::Left, &Subject::built("lesson04"));
    let mut server = run.start_other(&server, &["192.0.2.1:0"])?;
    let address = server.listening()?;
    let before = Instant::now();
    let mut client = connect(run, &network, "the client", address.port())?;
    let took = before.elapsed();
    run.ensure("the handshake takes both ways", took >= 2 * DELAY, format!("{took:?}"))?;
    run.attempt("no delay of its own", client.stream().set_nodelay(true))?;
    client.send("a")?;
    // It is read: the reply is on its way, and its acknowledgement takes both ways.
    server.says("sent 1 byte: \"a\"")?;
    client.send("b")?;
    client.receives(REPLY)?;
    let first = Instant::now();
    client.receives(REPLY)?;
    // One way later, as the second message was. With Nagle's algorithm it would be two (RFC 9293 §3.7.4).
    let later = first.elapsed();
    run.ensure("the second reply did not wait", later < DELAY * 3 / 2, format!("{later:?} later"))
}

fn a_cut_cable_is_silence(run: &mut Run) -> Outcome {
    let network = run.network()?;
    let server = network.on(Machine::Left, &Subject::built("lesson04"));
    let mut server = run.start_other(&server, &["--idle-limit", "1", "192.0.2.1:0"])?;
    let address = server.listening()?;
    let mut client = connect(run, &network, "the client", address.port())?;
    server.says(&format!("{} connected", client.local()))?;
    run.attempt("the cable is cut", network.cut())?;
    client.send(GREETING)?;
    server.says("left: it said nothing, or read nothing, for too long")?;
    client.receives_nothing_for(Duration::from_millis(20))?;
    // The client's kernel has not given up: it sends the greeting again, and again.
    run.until("TCP_INFO says that the client's kernel has sent it again", || {
        retransmits(&network, &client).filter(|again| again.total > 0)
    })
    .map(drop)
}

fn keepalive_notices_a_dead_peer(run: &mut Run) -> Outcome {
    let network = run.network()?;
    let listener = network.within(Machine::Left, || TcpListener::bind(("192.0.2.1", 0)));
    let listener = run.attempt("listen on the left", listener)?;
    let port = run.attempt("its port", listener.local_addr())?.port();
    let mut patient = connect(run, &network, "a client without keepalive", port)?;
    let watchful = connect(run, &network, "a client with keepalive", port)?;
    // After a second of silence it asks; when no answer has come after another second, that was that.
    let second = Duration::from_secs(1);
    let keepalive = TcpKeepalive::new().with_time(second).with_interval(second).with_retries(1);
    let set = SockRef::from(watchful.stream()).set_tcp_keepalive(&keepalive);
    run.attempt("set keepalive: ask after a second, once", set)?;
    run.attempt("the cable is cut", network.cut())?;
    let limit = watchful.stream().set_read_timeout(Some(Duration::from_secs(30)));
    run.attempt("a time limit for the check", limit)?;
    // The same kind as a time limit's (ETIMEDOUT), but not WouldBlock (EAGAIN).
    let read = uninterrupted(|| watchful.stream().peek(&mut [0]));
    run.fails("its read", read, ErrorKind::TimedOut)?;
    patient.receives_nothing_for(Duration::from_millis(20))
}

/// What the client's kernel has sent again.
fn retransmits(network: &Network, client: &Peer) -> Option<Retransmits> {
    network.retransmits(Machine::Right, client.remote()).ok()
}

fn connect(run: &mut Run, network: &Network, name: &str, port: u16) -> Outcome<Peer> {
    let connect = || TcpStream::connect(Network::socket(Machine::Left, port));
    let stream = network.within(Machine::Right, connect);
    let stream = run.attempt(format!("{name} connects from the right"), stream)?;
    Ok(run.peer(stream, name))
}
