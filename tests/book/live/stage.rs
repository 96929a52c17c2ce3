//! Runs on a stage: their packets are told, each where it belongs among what the programs say; the programs are on a
//! network of their own; and nothing is left of it, however the run or the server ends. Where there is no stage to be
//! had, a run is what it was without.

use std::collections::HashSet;
use std::fs;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::Command;
use std::sync::LazyLock;

use book::scene::packet::Packet;
use harness::Trial;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use super::run::{Event, exit, has_namespaces, has_python, lines, needs};
use crate::support::{Server, SmallBook, children, is_alive, trials, until};

pub fn trials() -> Vec<Trial> {
    let mut trials = trials![a_server_alone_has_the_machines_ports,];
    let python = trials![
        without_namespaces_a_pair_runs_as_well,
        a_system_that_refuses_namespaces_says_why,
        a_namespace_that_does_not_come_is_given_up,
    ];
    trials.extend(python.into_iter().map(|trial| needs("python3", has_python(), trial)));
    let stage = trials![a_pair_is_captured, both_ends_of_one_program_are_captured,];
    let both = trials![
        a_reset_is_captured,
        a_stage_is_cut_off_from_the_machine,
        a_restart_meets_what_the_last_run_left,
        there_is_a_bound_on_packets,
        what_the_kernel_drops_is_told,
        fifty_runs_leave_no_namespace,
        a_server_that_is_killed_leaves_no_stage,
    ];
    let both = both.into_iter().map(|trial| needs("python3", has_python(), trial));
    let stage = stage.into_iter().chain(both);
    trials.extend(stage.map(|trial| needs("network namespaces", has_namespaces(), trial)));
    trials
}

// What is seen.

fn a_pair_is_captured() {
    let server = Server::shared();
    let mut run = server.run(json!([{ "name": "lesson02" }, { "name": "lesson01" }]));
    let events = run.until_all_have_ended();
    assert_eq!(events[0].kind, "where");
    assert_eq!(events[0].data["isolated"], true, "{}", events[0].data);

    // What the programs say of their addresses and their bytes.
    let said = lines(&events, 0, "stdout");
    let address = said[0].trim_start_matches("listening on ");
    let client = said[1].trim_end_matches(" connected");
    assert!(said[2].ends_with("sent 22 bytes: \"你好,我是客户端\""), "{said:?}");

    let packets = packets(&events);
    for packet in &packets {
        let ends = [packet.from.to_string(), packet.to.to_string()];
        assert!(ends == [address, client] || ends == [client, address], "{packet:?}");
    }
    let is_client = |packet: &&Packet| packet.from.to_string() == client;
    let all: Vec<String> = packets.iter().map(drawn).collect();
    assert_eq!(all[..3], ["SYN", "SYN ACK", "ACK"], "{all:?}");
    let client_says: Vec<u8> =
        packets.iter().filter(is_client).flat_map(|packet| packet.payload.clone()).collect();
    assert_eq!(String::from_utf8(client_says).unwrap(), "你好,我是客户端");
    let server_says = packets.iter().filter(|packet| !is_client(packet));
    let server_says: Vec<u8> = server_says.flat_map(|packet| packet.payload.clone()).collect();
    assert_eq!(String::from_utf8(server_says).unwrap(), lines(&events, 1, "stdout")[0]);
    let fins = packets.iter().filter(|packet| packet.fin);
    assert_eq!(fins.clone().filter(is_client).count(), 1, "{all:?}");
    assert_eq!(fins.count(), 2, "{all:?}");
    assert!(!packets.iter().any(|packet| packet.rst), "{all:?}");
    assert_eq!(all.last().unwrap(), "ACK", "{all:?}");

    // Each where it belongs: what a program says of a packet comes behind the packet.
    let place = |wanted: &dyn Fn(&Event) -> bool| events.iter().position(wanted).expect("an event");
    let line = |text: &str| place(&|event| event.data["text"] == text);
    let with =
        |length: usize| place(&|event| event.kind == "packet" && event.data["length"] == length);
    assert!(line(&said[0]) < place(&|event| event.kind == "packet"), "{events:?}");
    assert!(with(22) < line(&said[2]), "{events:?}");
    assert!(with(24) < line("问题正在处理中..."), "{events:?}");
    let times: Vec<f64> = events.iter().filter_map(|event| event.data["at"].as_f64()).collect();
    assert!(times.is_sorted(), "{times:?}");
    assert_eq!((exit(&events, 0), exit(&events, 1)), (Some(0), Some(0)));
}

/// The server dies with input that it hasn't read.
fn a_reset_is_captured() {
    let server = Server::shared();
    let programs = json!([{ "name": "lesson02/original.py" }, { "name": "lesson01/mended.py" }]);
    let events = server.run(programs).until_all_have_ended();
    let packets = packets(&events);
    let server: SocketAddr = packets[0].to;
    let all: Vec<String> = packets.iter().map(drawn).collect();
    assert_eq!(all[..3], ["SYN", "SYN ACK", "ACK"], "{all:?}");
    let message = all.iter().position(|packet| packet == "ACK 22").expect("the message");
    let reset = packets.iter().position(|packet| packet.rst).expect("a reset");
    assert!(message < reset, "{all:?}");
    assert_eq!(packets[reset].from, server);
    assert_eq!(reset, packets.len() - 1, "nothing follows a reset: {all:?}");
    assert_ne!(exit(&events, 0), Some(0));
}

fn both_ends_of_one_program_are_captured() {
    let server = Server::shared();
    let events = server.run(json!([{ "name": "lesson05" }])).until_all_have_ended();
    assert_eq!(events[0].data["isolated"], true, "{}", events[0].data);
    let packets = packets(&events);
    assert!(packets[0].syn && !packets[0].ack);
    let address = packets[0].to.to_string();
    assert_eq!(lines(&events, 0, "stdout")[0], format!("listening on {address}"));
    let looks = events.iter().filter(|event| event.kind == "sockets");
    let mut sockets = looks.flat_map(|event| event.data["sockets"].as_array().unwrap());
    assert!(sockets.any(|socket| socket["end"] == "server" && socket["receive"] != 0));
}

/// One byte there and back, many times: twice as many packets as are told.
const PING: &str = "\
import socket
listener = socket.create_server(('127.0.0.1', 0))
print('listening on 127.0.0.1:%d' % listener.getsockname()[1])
peer, _ = listener.accept()
while byte := peer.recv(1):
    peer.sendall(byte)
peer.close()
";
const PONG: &str = "\
import socket, sys
host, port = sys.argv[1].split(':')
peer = socket.create_connection((host, int(port)))
for _ in range(2000):
    peer.sendall(b'x')
    peer.recv(1)
peer.close()
print('done')
";

fn there_is_a_bound_on_packets() {
    let book = pair(PING, PONG);
    let server = Server::start(&book);
    let events = server.run(PAIR.clone()).until_all_have_ended();
    assert_eq!(lines(&events, 1, "stdout"), ["done"]);
    let packets = packets(&events);
    assert!((1000..1010).contains(&packets.len()), "{} packets", packets.len());
    assert_eq!(events.iter().filter(|event| event.kind == "uncaptured").count(), 1);
    let last: Vec<String> = packets.iter().rev().take(2).map(drawn).collect();
    assert_eq!(last, ["FIN ACK", "FIN ACK"], "how it ends is told anyway");
}

/// While the stage stands still, the kernel keeps packets for it as long as there is room.
fn what_the_kernel_drops_is_told() {
    // The server says when its client may begin, and the stage is stopped by then. 40 MB are more than any system keeps.
    let server = "\
import socket
listener = socket.create_server(('127.0.0.1', 0))
print('listening on 127.0.0.1:%d' % listener.getsockname()[1])
peer, _ = listener.accept()
input()
peer.sendall(b'!')
while peer.recv(65536):
    pass
peer.close()
";
    let client = "\
import socket, sys
host, port = sys.argv[1].split(':')
peer = socket.create_connection((host, int(port)))
peer.recv(1)
for _ in range(1000):
    peer.sendall(bytes(40000))
peer.close()
print('done')
";
    let book = SmallBook::with("lesson04/daemon.py", server);
    book.write("lessons/lesson01/mended.py", client);
    let server = Server::start(&book);
    let programs = json!([{ "name": "lesson04/daemon.py" }, { "name": "lesson01/mended.py" }]);
    let mut run = server.run(programs);
    run.until(|events| {
        let starts = events.iter().filter(|event| event.kind == "start");
        starts.count() == 2 && packets(events).len() >= 3
    });
    let stage = stage_of(&server);
    kill_process(stage, Signal::STOP).unwrap();
    let line = json!({ "program": 0, "line": "" });
    assert_eq!(server.asks(&format!("{}/input", run.path), line).status, 204);
    // Both end without it; what they say waits no longer than a second for their packets.
    run.line("done");
    kill_process(stage, Signal::CONT).unwrap();
    let events = run.until_the_end();
    let lost = events.iter().rfind(|event| event.kind == "lost").expect("it's told");
    let count = lost.data["count"].as_u64().expect("how many");
    assert!(count > 0);
    let rows = lost.data["rows"].as_array().expect("rows");
    let is_told =
        |row: &Value| row[1].as_str().is_some_and(|html| html.contains("The kernel dropped "));
    assert!(rows.iter().any(is_told), "{rows:?}");
}

/// The one child of a server that is none of a run's two programs.
fn stage_of(server: &Server) -> Pid {
    let id = server.child.id();
    let list = fs::read_to_string(format!("/proc/{id}/task/{id}/children")).unwrap();
    let is_stage = |pid: &i32| {
        let words = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        words.split(|byte| *byte == 0).any(|word| word == b"stage")
    };
    let pid = list.split_whitespace().filter_map(|pid| pid.parse().ok()).find(is_stage);
    Pid::from_raw(pid.expect("a stage")).expect("a process")
}

// A network of its own.

/// The client tries to reach a port of this machine, and says what it sees of the network.
fn a_stage_is_cut_off_from_the_machine() {
    let outside = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = outside.local_addr().unwrap().port();
    let server = "\
import socket
listener = socket.create_server(('127.0.0.1', 0))
print('listening on 127.0.0.1:%d' % listener.getsockname()[1])
print(input())
";
    let client = format!(
        "\
import socket
for host in ['127.0.0.1', '::1', '192.0.2.1']:
    try:
        socket.create_connection((host, {port}), 5)
        print('reached')
    except OSError:
        print('not reached')
print(*[name for _, name in socket.if_nameindex() if name == 'lo'], *open('/proc/net/route').readlines()[1:])
print('ready')
"
    );
    let book = SmallBook::with("lesson04/daemon.py", server);
    book.write("lessons/lesson01/mended.py", &client);
    let book_server = Server::start(&book);
    let programs = json!([{ "name": "lesson04/daemon.py" }, { "name": "lesson01/mended.py" }]);
    let mut run = book_server.run(programs);
    let address = run.line("listening on").trim_start_matches("listening on ").to_owned();
    run.line("ready");
    // The server of the run still listens, but not here.
    let address: SocketAddr = address.parse().unwrap();
    let reached = TcpStream::connect(address).ok().filter(|stream| {
        // A port that's picked for a client may be the one that it asks for.
        stream.local_addr().unwrap() != address
    });
    assert!(reached.is_none(), "{address} can be reached");
    let line = json!({ "program": 0, "line": "end" });
    assert_eq!(book_server.asks(&format!("{}/input", run.path), line).status, 204);
    let events = run.until_all_have_ended();
    let said = lines(&events, 1, "stdout");
    assert_eq!(said, ["not reached", "not reached", "not reached", "lo", "ready"]);
    outside.set_nonblocking(true).unwrap();
    assert!(outside.accept().is_err(), "a client has come");
}

/// The same port as last time is in the same network as last time.
fn a_restart_meets_what_the_last_run_left() {
    let server = Server::shared();
    let pair = |address: &str, without_reuse: bool| {
        let arguments = json!({ "address": address, "--without-reuse": without_reuse });
        json!([{ "name": "lesson03", "arguments": arguments }, { "name": "lesson03/client.py" }])
    };
    for without_reuse in [true, false] {
        let mut first = server.run(pair("127.0.0.1:0", without_reuse));
        let address = first.line("listening on").trim_start_matches("listening on ").to_owned();
        first.until_all_have_ended();
        let events = server.run(pair(&address, without_reuse)).until_all_have_ended();
        assert_eq!(events[0].data["isolated"], true);
        match without_reuse {
            true => {
                let complaint = lines(&events, 0, "stderr").remove(0);
                assert!(complaint.contains("Address already in use"), "{complaint}");
                assert_eq!(exit(&events, 0), Some(1));
            }
            false => assert_eq!((exit(&events, 0), exit(&events, 1)), (Some(0), Some(0))),
        }
        // But a run that lets the kernel pick meets nothing.
        let events = server.run(pair("127.0.0.1:0", without_reuse)).until_all_have_ended();
        assert_eq!((exit(&events, 0), exit(&events, 1)), (Some(0), Some(0)));
    }
}

fn a_server_alone_has_the_machines_ports() {
    let server = Server::shared();
    let mut run = server.run(json!([{ "name": "lesson04" }]));
    let address = run.line("listening on").trim_start_matches("listening on ").to_owned();
    assert_eq!(run.heard[0].kind, "where");
    assert_eq!(run.heard[0].data["isolated"], false);
    assert_eq!(run.heard[0].data["why"], "you can talk to this server from a terminal");
    TcpStream::connect(address).expect("it can be reached");
    assert_eq!(server.asks(&format!("{}/stop", run.path), json!({})).status, 204);
    let events = run.until_all_have_ended();
    assert!(packets(&events).is_empty());
}

// Where there is no stage to be had.

fn without_namespaces_a_pair_runs_as_well() {
    let book = pair(PING, PONG);
    let server = Server::start_as(&book, |server| {
        server.arg("--without-namespaces");
    });
    let events = server.run(PAIR.clone()).until_the_end();
    runs_without(&events, "the book was started with --without-namespaces");
}

fn a_system_that_refuses_namespaces_says_why() {
    let fake = "#!/bin/sh\necho 'unshare: unshare failed: Operation not permitted' >&2\nexit 1\n";
    for (unshare, why) in [
        (None, "the command unshare isn't installed"),
        (
            Some(fake),
            "this system refuses a network namespace: unshare: unshare failed: Operation not permitted",
        ),
    ] {
        let book = pair(PING, PONG);
        let server = with_unshare(&book, unshare);
        runs_without(&server.run(PAIR.clone()).until_the_end(), why);
        until("nothing is left of it", || children(server.child.id()) == 0);
    }
}

fn a_namespace_that_does_not_come_is_given_up() {
    let book = pair(PING, PONG);
    let server = with_unshare(&book, Some("#!/bin/sh\nexec /bin/sleep 600\n"));
    let mut run = server.run(PAIR.clone());
    let first = run.next();
    assert_eq!((&*first.kind, &first.data["isolated"]), ("where", &json!(false)));
    assert_eq!(first.data["why"], "a network namespace took too long to make");
    run.line("done");
    run.until_all_have_ended();
    until("nothing is left of it", || children(server.child.id()) == 0);
}

/// A server that finds this program as `unshare`, or none.
fn with_unshare(book: &SmallBook, unshare: Option<&str>) -> Server {
    let python = Command::new("python3").args(["-c", "import sys; print(sys.executable)"]).output();
    let python = String::from_utf8(python.unwrap().stdout).unwrap();
    book.write("bin/README", "");
    symlink(python.trim(), book.path("bin/python3")).unwrap();
    if let Some(unshare) = unshare {
        book.write("bin/unshare", unshare);
        fs::set_permissions(book.path("bin/unshare"), fs::Permissions::from_mode(0o755)).unwrap();
    }
    Server::start_as(book, |server| {
        server.env("PATH", book.path("bin"));
    })
}

#[track_caller]
fn runs_without(events: &[Event], why: &str) {
    assert_eq!(events[0].kind, "where");
    assert_eq!((&events[0].data["isolated"], &events[0].data["why"]), (&json!(false), &json!(why)));
    assert_eq!(lines(events, 1, "stdout"), ["done"]);
    assert_eq!((exit(events, 0), exit(events, 1)), (Some(0), Some(0)));
    assert!(packets(events).is_empty(), "{events:?}");
    let states = |event: &Event| event.data["sockets"].as_array().cloned().unwrap_or_default();
    let listens = |socket: &Value| socket["state"] == "LISTEN" && socket["end"] == "server";
    assert!(events.iter().flat_map(states).any(|socket| listens(&socket)), "{events:?}");
}

// What is left.

/// Every run takes processes, pipes and namespaces; none of them may stay. What is called `python3` here is a script
/// that says in which network it is.
fn fifty_runs_leave_no_namespace() {
    const SPACE: &str = "network net:[";
    let book = SmallBook::new();
    let script = "#!/bin/sh\necho network $(/bin/readlink /proc/self/ns/net)\necho listening on 127.0.0.1:50000\n";
    book.write("bin/python3", script);
    fs::set_permissions(book.path("bin/python3"), fs::Permissions::from_mode(0o755)).unwrap();
    let path = std::env::var("PATH").unwrap_or_default();
    let server = Server::start_as(&book, |server| {
        server.env("PATH", format!("{}:{path}", book.path("bin").display()));
    });
    let id = server.child.id();
    let descriptors = || fs::read_dir(format!("/proc/{id}/fd")).unwrap().count();
    let run = || {
        let events = server.run(PAIR.clone()).until_the_end();
        let said = [lines(&events, 0, "stdout").remove(0), lines(&events, 1, "stdout").remove(0)];
        assert!(said[0].starts_with(SPACE) && said[0] == said[1], "{said:?}");
        said[0].trim_start_matches("network ").to_owned()
    };
    run();
    until("the first run is gone", || children(id) == 0);
    let before = descriptors();
    let ours: HashSet<String> = (0..50).map(|_| run()).collect();
    until("no descriptor is left", || descriptors() <= before);
    until("no child is left", || children(id) == 0);
    // Other tests have theirs, for a while also one that has got the number of ours.
    until("no namespace of ours is left", || {
        let processes = fs::read_dir("/proc").unwrap().flatten();
        let mut spaces =
            processes.filter_map(|process| fs::read_link(process.path().join("ns/net")).ok());
        !spaces.any(|space| ours.contains(&*space.to_string_lossy()))
    });
}

/// The server cannot clean up after that, so the kernel does.
fn a_server_that_is_killed_leaves_no_stage() {
    let waits = "\
import os, signal, time
signal.signal(signal.SIGINT, signal.SIG_IGN)
print('pid', os.getpid())
print('listening on 127.0.0.1:50000')
time.sleep(600)
";
    let book = pair(waits, waits);
    let mut server = Server::start(&book);
    let mut run = server.run(PAIR.clone());
    let mut pids: Vec<Pid> = ["pid", "pid"]
        .into_iter()
        .map(|start| run.line(start))
        .map(|line| Pid::from_raw(line.trim_start_matches("pid ").parse().unwrap()).unwrap())
        .collect();
    let id = server.child.id();
    let list = fs::read_to_string(format!("/proc/{id}/task/{id}/children")).unwrap();
    let all = list.split_whitespace().filter_map(|pid| Pid::from_raw(pid.parse().ok()?));
    let stage: Vec<Pid> = all.filter(|pid| !pids.contains(pid)).collect();
    assert_eq!(stage.len(), 1, "the stage is the third child: {list}");
    pids.extend(stage);
    server.child.kill().unwrap();
    server.child.wait().unwrap();
    for pid in pids {
        until("the process is gone", || !is_alive(pid));
    }
}

// A pair of small programs.

static PAIR: LazyLock<Value> =
    LazyLock::new(|| json!([{ "name": "lesson02/original.py" }, { "name": "lesson01/mended.py" }]));

fn pair(server: &str, client: &str) -> SmallBook {
    let book = SmallBook::with("lesson02/original.py", server);
    book.write("lessons/lesson01/mended.py", client);
    book
}

pub fn packets(events: &[Event]) -> Vec<Packet> {
    let packets = events.iter().filter(|event| event.kind == "packet");
    packets.map(|event| serde_json::from_value(event.data.clone()).unwrap()).collect()
}

/// The flags, and how many bytes it carries: "FIN ACK", "ACK 22".
pub fn drawn(packet: &Packet) -> String {
    let Packet { syn, ack, fin, rst, .. } = *packet;
    let flags = [(syn, "SYN"), (fin, "FIN"), (rst, "RST"), (ack, "ACK")];
    let mut words: Vec<String> =
        flags.iter().filter(|(is_set, _)| *is_set).map(|(_, name)| (*name).to_owned()).collect();
    if packet.length > 0 {
        words.push(packet.length.to_string());
    }
    words.join(" ")
}
