//! A network that fails: two machines, and a cable that is cut.

use std::io::ErrorKind;
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use common::GREETING;
use grader::{Check, Machine, Needs, Network, Outcome, Peer, Run, check, program};
use socket2::{SockRef, TcpKeepalive};

use crate::exercise04::Lines;
use crate::trouble::Protocol;

pub const FACTS: &[Check] = &[
    check("S6_what_is_lost_is_sent_again", what_is_lost_is_sent_again)
        .demands("S6: what is sent while the cable is cut is lost, is sent again, and arrives when it is whole.")
        .section("02-4-notes.html#note-8-the-end-of-the-stream")
        .needs(Needs::Network),
    check("S19_a_cut_cable_is_silence", a_cut_cable_is_silence)
        .demands("S19: a cut cable tells nobody anything; a time limit ends the wait.")
        .section("02-4-notes.html#note-8-the-end-of-the-stream")
        .needs(Needs::Network),
    check("S19_keepalive_notices_a_dead_peer", keepalive_notices_a_dead_peer)
        .demands("S19: with keepalive, a read fails when the peer's kernel no longer answers; without, it waits on.")
        .section("02-4-notes.html#note-8-the-end-of-the-stream")
        .needs(Needs::Network),
];

fn what_is_lost_is_sent_again(run: &mut Run) -> Outcome {
    let network = run.network()?;
    let server = network.on(Machine::Left, &program!("solution04"));
    let mut server = run.start_other(&server, &["192.0.2.1:0"])?;
    let address = server.listening()?;
    let mut client = connect(run, &network, "the client", address.port())?;
    Lines::is_served(&mut client)?;
    run.attempt("the cable is cut", network.cut())?;
    Lines::asks(&mut client)?;
    run.until("the client's kernel has sent it again", || sent_again(&network))?;
    run.attempt("the cable is mended", network.mend())?;
    Lines::is_answered(&mut client)?;
    Lines::sends_much(&mut client)
}

fn a_cut_cable_is_silence(run: &mut Run) -> Outcome {
    let network = run.network()?;
    let server = network.on(Machine::Left, &program!("lesson04"));
    let mut server = run.start_other(&server, &["--idle-limit", "1", "192.0.2.1:0"])?;
    let address = server.listening()?;
    let mut client = connect(run, &network, "the client", address.port())?;
    server.says(&format!("{} connected", client.local()))?;
    run.attempt("the cable is cut", network.cut())?;
    client.send(GREETING)?;
    server.says("left: it said nothing, or read nothing, for too long")?;
    client.receives_nothing_for(Duration::from_millis(20))?;
    // The client's kernel has not given up: it sends the greeting again, and again.
    run.until("the client's kernel has sent it again", || sent_again(&network))
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
    let read = watchful.stream().peek(&mut [0]);
    run.fails("its read", read, ErrorKind::TimedOut)?;
    patient.receives_nothing_for(Duration::from_millis(20))
}

/// Whether the client's kernel has sent anything more than once.
fn sent_again(network: &Network) -> Option<()> {
    network.sent_again(Machine::Right).is_ok_and(|segments| segments > 0).then_some(())
}

fn connect(run: &mut Run, network: &Network, name: &str, port: u16) -> Outcome<Peer> {
    let connect = || TcpStream::connect(Network::socket(Machine::Left, port));
    let stream = network.within(Machine::Right, connect);
    let stream = run.attempt(format!("{name} connects from the right"), stream)?;
    Ok(run.peer(stream, name))
}
