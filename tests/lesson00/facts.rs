//! What chapter 1 says of addresses and ports, as experiments, and its recordings.
//!
//! That a client need not bind (S15), and that a server need not either (S16), is shown in lesson 3's
//! `notes.rs`.

use crate::checks::{ends, starts};
use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};

use common::sockets::ephemeral_ports;
use grader::{Check, Needs, Outcome, Run, Subject, check, private_loopback};
use socket2::{Domain, Socket, Type};

pub const FACTS: &[Check] = &[
    check("S1_three_ranges", three_ranges)
        .demands("Any program may bind a port on both sides of each border above 1023.")
        .section("01-introduction.html#what-a-port-is"),
    check("S1_the_kernels_own_range", the_kernels_own_range)
        .demands("The kernel picks from a range of its own, which is not 1024 to 65535.")
        .section("01-introduction.html#what-a-port-is")
        .needs(Needs::Linux),
    check("S2_only_sockets_have_ports", only_sockets_have_ports)
        .demands("A socket has no port until bind, connect or listen gives it one.")
        .section("01-introduction.html#what-a-port-is")
        .needs(Needs::Unix),
    check("S3_time_wait_outlives_the_program", time_wait_outlives_the_program)
        .demands(
            "The port of a program that has ended is not free while the kernel waits in TIME_WAIT.",
        )
        .section("01-introduction.html#what-a-port-is")
        .needs(Needs::Linux),
    check("S4_accepted_has_the_listeners_port", accepted_has_the_listeners_port)
        .demands("An accepted socket has the listener's port.")
        .section("01-introduction.html#what-names-a-connection"),
    check("S4_one_client_port_to_two_servers", two_connections_on_one_client_port)
        .demands("Two live connections share one client port, and their bytes do not mix.")
        .section("01-introduction.html#what-names-a-connection")
        .needs(Needs::Loopbacks),
    check("S4_tcp_and_udp_share_a_number", tcp_and_udp_bind_one_number)
        .demands("A TCP and a UDP socket are bound to one number at the same time.")
        .section("01-introduction.html#what-names-a-connection"),
    check("S12_unix_sockets_are_streams", unix_sockets_are_streams)
        .demands(
            "A Unix socket of the stream type is a stream without message borders, and no TCP.",
        )
        .section("02-2-server.html#the-repair")
        .needs(Needs::Unix),
    check("recording_introduction", record_the_lesson)
        .demands("The book shows what a machine says about addresses, ports and connections.")
        .section("01-introduction.html#run-it")
        .needs(Needs::Linux),
    check("recording_introduction_classify", record_classify)
        .demands("The book shows what some addresses are, and why others are none.")
        .section("01-introduction.html#run-it"),
];

fn three_ranges(run: &mut Run) -> Outcome {
    let ip = private_loopback();
    for port in [1024, 49151, 49152, 65535] {
        let what = format!("bind port {port}, or learn that another program has it");
        let bound = TcpListener::bind((ip, port)).map(drop);
        let possible = bound.or_else(|why| match why.kind() {
            ErrorKind::AddrInUse => Ok(()),
            _ => Err(why),
        });
        run.attempt(what, possible)?;
    }
    Ok(())
}

fn the_kernels_own_range(run: &mut Run) -> Outcome {
    let Some(range) = ephemeral_ports() else {
        return Err(run.broken("the kernel's range", "it is not available here"));
    };
    for _ in 0..32 {
        let socket = run.attempt("bind port 0", TcpListener::bind("127.0.0.1:0"))?;
        let port = run.attempt("see which port it is", socket.local_addr())?.port();
        run.ensure(format!("{port} is in {range:?}"), range.contains(&port), port)?;
    }
    Ok(())
}

fn only_sockets_have_ports(run: &mut Run) -> Outcome {
    let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let (socket, before) = new_socket(run)?;
    run.ensure("a new socket has no port", before == 0, before)?;
    run.attempt("bind port 0", socket.bind(&any.into()))?;
    let after = port(run, &socket)?;
    run.ensure("now it has one", after != 0, after)?;
    run.attempt("listen", socket.listen(1))?;
    let server = run.attempt("see its address", socket.local_addr())?;

    let (client, before) = new_socket(run)?;
    run.ensure("a new socket has no port", before == 0, before)?;
    run.attempt("connect", client.connect(&server))?;
    let after = port(run, &client)?;
    run.ensure("connect gave it one", after != 0, after)?;

    let (listener, before) = new_socket(run)?;
    run.ensure("a new socket has no port", before == 0, before)?;
    run.attempt("listen without bind", listener.listen(1))?;
    let after = port(run, &listener)?;
    run.ensure("listen gave it one", after != 0, after)
}

fn time_wait_outlives_the_program(run: &mut Run) -> Outcome {
    let ip = private_loopback();
    let address = SocketAddr::new(ip, 0).to_string();
    run.while_in_time_wait(
        |run| {
            let mut program = run.start_other(&Subject::built("lesson00"), &[&address])?;
            let client = program.line("a line `client …`", starts("client "))?;
            // Its client end closes first.
            let (client, server) = ends(run, &client)?;
            program.exits_with(0)?;
            Ok([client, server])
        },
        |run, [client, _]| {
            let socket = Socket::new(Domain::IPV4, Type::STREAM, None);
            let socket = run.attempt("create a socket", socket)?;
            run.fails(
                format!("binding {client}"),
                socket.bind(&client.into()),
                ErrorKind::AddrInUse,
            )
        },
    )
}

fn accepted_has_the_listeners_port(run: &mut Run) -> Outcome {
    let listener = run.attempt("listen", TcpListener::bind("127.0.0.1:0"))?;
    let address = run.attempt("see the address", listener.local_addr())?;
    let client = run.connect(address)?;
    let (accepted, peer) = run.attempt("accept", listener.accept())?;
    run.ensure("accept returns the client's address", peer == client.local(), peer)?;
    let local = run.attempt("see the accepted socket's address", accepted.local_addr())?;
    run.ensure("it is the listener's", local == address, local)
}

fn two_connections_on_one_client_port(run: &mut Run) -> Outcome {
    let ip = private_loopback();
    let mut port = 0;
    let mut connections = Vec::new();
    for _ in 0..2 {
        let listener = run.attempt("listen", TcpListener::bind((ip, 0)))?;
        let server = run.attempt("see the address", listener.local_addr())?;
        let (client, _) = new_socket(run)?;
        run.attempt("allow the port to be shared", client.set_reuse_address(true))?;
        let ours = SocketAddr::new(ip, port);
        run.attempt(format!("bind {ours}"), client.bind(&ours.into()))?;
        run.attempt(format!("connect to {server}"), client.connect(&server.into()))?;
        let client = TcpStream::from(client);
        port = run.attempt("see the client's port", client.local_addr())?.port();
        let (accepted, peer) = run.attempt("accept", listener.accept())?;
        run.ensure(format!("the client has port {port}"), peer.port() == port, peer)?;
        connections.push((client, accepted));
    }
    for (number, (client, accepted)) in connections.into_iter().enumerate() {
        let message = format!("to server {number}");
        run.peer(client, "the client").send(&message)?;
        run.peer(accepted, &format!("server {number}")).receives_all(&message)?;
    }
    Ok(())
}

fn tcp_and_udp_bind_one_number(run: &mut Run) -> Outcome {
    let ip = private_loopback();
    let tcp = run.attempt("bind a TCP port", TcpListener::bind((ip, 0)))?;
    let address = run.attempt("see the address", tcp.local_addr())?;
    let udp = run.attempt("bind the same number in UDP", UdpSocket::bind(address))?;
    let bound = run.attempt("see the address", udp.local_addr())?;
    run.ensure("both have the same", bound == address, bound)
}

#[cfg(unix)]
fn unix_sockets_are_streams(run: &mut Run) -> Outcome {
    use std::io::{Read, Write};
    use std::os::unix::net::UnixStream;

    let (mut one, mut other) = run.attempt("make a pair of Unix sockets", UnixStream::pair())?;
    for piece in ["two ", "pieces"] {
        run.attempt(format!("write {piece:?}"), one.write_all(piece.as_bytes()))?;
    }
    drop(one);
    let mut all = [0; 64];
    let count = run.attempt("read once", other.read(&mut all))?;
    let got = String::from_utf8_lossy(&all[..count]);
    run.ensure("both pieces came in one read", got == "two pieces", &got)
}

#[cfg(not(unix))]
fn unix_sockets_are_streams(run: &mut Run) -> Outcome {
    Err(run.broken("Unix sockets", "not available on this system"))
}

fn record_the_lesson(run: &mut Run) -> Outcome {
    if TcpListener::bind("[::1]:0").is_err() {
        // The book shows a machine with IPv6; this one says otherwise.
        return Ok(());
    }
    let mut program = run.start_other(&Subject::built("lesson00"), &["127.0.0.1:0"])?;
    let listener = program.listening()?;
    program.exits_with(0)?;
    let output = program.stdout().replace(&listener.to_string(), common::TUTORIAL_ADDRESS);
    let shown = format!("$ cargo run -p lesson00\n{output}");
    run.recorded("introduction-run", &shown)
}

fn record_classify(run: &mut Run) -> Outcome {
    let good = ["127.0.0.1:9090", "192.168.31.7:80", "[::1]:50000", "0.0.0.0:0"];
    let bad = ["192.168.31.xx:9090", "127.0.0.1:65536", "::1:80", "localhost:80"];
    let mut shown = String::new();
    for (addresses, code) in [(good, 0), (bad, 1)] {
        let arguments = [&["classify"], &addresses[..]].concat();
        let mut program = run.start_other(&Subject::built("lesson00"), &arguments)?;
        program.exits_with(code)?;
        let words = addresses.map(|address| match address.starts_with('[') {
            true => format!("'{address}'"),
            false => address.into(),
        });
        shown += &format!("$ cargo run -p lesson00 -- classify {}\n", words.join(" "));
        shown += &(program.stdout() + &program.stderr());
    }
    run.recorded("introduction-classify", &shown)
}

/// A socket of IPv4 and its port, which is 0 where it has none.
fn new_socket(run: &mut Run) -> Outcome<(Socket, u16)> {
    let socket = run.attempt("create a socket", Socket::new(Domain::IPV4, Type::STREAM, None))?;
    let port = port(run, &socket).unwrap_or_default();
    Ok((socket, port))
}

fn port(run: &mut Run, socket: &Socket) -> Outcome<u16> {
    let address = run.attempt("see the socket's address", socket.local_addr())?;
    Ok(address.as_socket().map_or(0, |address| address.port()))
}
