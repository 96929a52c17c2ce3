//! Lesson 0: addresses, ports, and what names a connection.
//!
//! The program listens, and then shows what this machine says: whether the loopback addresses of IPv4
//! and IPv6 can be listened on, the three ranges of ports and a port that the kernel picked, the two
//! ends of one live connection, one client port used to two servers at once, and TCP and UDP on one
//! number:
//!
//! ```text
//! listening on 127.0.0.1:9090
//!   127.0.0.1  a program can listen here
//!   System       0 to  1023
//!   picked   40727
//!   client    127.0.0.1:33298 -> 127.0.0.1:9090
//!   accepted  127.0.0.1:9090 -> 127.0.0.1:33298
//!   client    127.0.0.1:42205 -> 127.0.0.1:9090
//!   client    127.0.0.1:42205 -> 127.0.0.1:45523
//!   TCP       127.0.0.1:9090
//!   UDP       127.0.0.1:9090
//! ```
//!
//! `classify ADDR…` says of each argument what its address and its port are, or why it is none.
//!
//! That a client need not bind (S15), and a server need not either (S16), is shown in `notes.rs`.
//!
//! The checks run on lesson 0's program, which must pass all of them, and on the wrong programs in
//! `lessons/lesson00/faults/`. Each of those has only a part of the lesson; it is judged on the checks
//! of that part and must fail exactly those that are listed with it at the end of this file.
//!
//! What you are to write, and how it is graded, stands in `exercise00.rs`.

mod exercise00;

use std::io::{ErrorKind, Read, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::process::ExitCode;

use common::kernel::ephemeral_ports;
use grader::{
    Check, Exercise, Lesson, Needs, Outcome, Run, check, contract, private_loopback, program,
};
use socket2::{Domain, Socket, Type};

const LOOPBACK: &[Check] = &[check("shows_both_loopbacks", shows_both_loopbacks)
    .demands("Loopback is shown in IPv4 and in IPv6, and whether a program can listen there.")
    .hint("How many loopback addresses does a machine have?")
    .section("01-introduction.html#what-an-address-is")];

const PORTS: &[Check] = &[
    check("shows_three_ranges", shows_three_ranges)
        .demands("The three ranges of ports of RFC 6335 are shown.")
        .hint("Which ports can be registered for a service, though they are not well known?")
        .section("01-introduction.html#what-a-port-is"),
    check("shows_a_picked_port", shows_a_picked_port)
        .demands("A port that the kernel picked is shown; it is never 0.")
        .hint("Who knows which port a socket got: the one who asked, or the socket?")
        .section("01-introduction.html#what-a-port-is"),
];

const ENDS: &[Check] = &[check("shows_both_ends", shows_both_ends)
    .demands("Both ends are shown, each from itself to its peer; the accepted one has the listener's port.")
    .hint("Whose address does `accept` return?")
    .section("01-introduction.html#what-names-a-connection")];

const SHARED: &[Check] = &[
    check("one_client_port_to_two_servers", one_client_port_to_two_servers)
        .demands("One client port is used for connections to two servers at the same time.")
        .hint("If a port named one program, how could both ends of this connection be told apart?")
        .section("01-introduction.html#what-names-a-connection")
        .needs(Needs::Linux),
    check("tcp_and_udp_share_a_number", tcp_and_udp_share_a_number)
        .demands("A TCP and a UDP socket are bound to one number at the same time.")
        .hint("Are port 53 of TCP and port 53 of UDP one port, or two?")
        .section("01-introduction.html#what-names-a-connection"),
];

const CLASSIFY: &[Check] = &[
    check("classifies_addresses", classifies_addresses)
        .demands("`classify` says what an address is for, in IPv4 and in IPv6.")
        .hint("Where does an IPv6 address end and its port begin?")
        .section("01-introduction.html#run-it"),
    check("classifies_ports", classifies_ports)
        .demands("`classify` says in which range a port is, on both sides of each border.")
        .hint("Is 49151 in the same range as 49152?")
        .section("01-introduction.html#what-a-port-is"),
    check("says_why_it_is_none", says_why_it_is_none)
        .demands("What is no address with a port is an error that says why; the exit code is 1.")
        .hint("What does your program make of a port that does not fit into 16 bits?")
        .section("01-introduction.html#run-it"),
    check("classifies_all_of_them", classifies_all_of_them)
        .demands("One bad argument does not keep the others from being classified.")
        .hint("What happens in your loop after the first error?")
        .section("01-introduction.html#run-it"),
    check("classify_needs_an_address", classify_needs_an_address)
        .demands("`classify` without an argument is an error with exit code 2.")
        .hint("What should a script learn whose list of addresses is empty by mistake?")
        .section("01-introduction.html#run-it"),
];

fn shows_both_loopbacks(run: &mut Run) -> Outcome {
    let (mut program, _) = run.serve()?;
    for ip in ["127.0.0.1", "::1"] {
        let line = program.line(&format!("a line about {ip}"), starts(ip))?;
        let ip: IpAddr = ip.parse().expect("an address");
        let possible = TcpListener::bind((ip, 0)).is_ok();
        let said = line.contains("a program can listen");
        run.ensure(format!("listening on {ip} is possible: {possible}"), said == possible, line)?;
    }
    Ok(())
}

fn shows_three_ranges(run: &mut Run) -> Outcome {
    let (mut program, _) = run.serve()?;
    for (name, first, last) in
        [("System", 0, 1023), ("User", 1024, 49151), ("Dynamic", 49152, 65535)]
    {
        let line = program.line(&format!("a line `{name} …`"), starts(name))?;
        let shown = numbers(&line).take(2).eq([first, last]);
        run.ensure(format!("{name} ports are {first} to {last}"), shown, line)?;
    }
    Ok(())
}

fn shows_a_picked_port(run: &mut Run) -> Outcome {
    let (mut program, _) = run.serve()?;
    let line = program.line("a line `picked …`", starts("picked"))?;
    let picked = numbers(&line).next().unwrap_or_default();
    run.ensure("the port is a number from 1 to 65535", (1..=65535).contains(&picked), &line)?;
    match ephemeral_ports() {
        Some(range) => {
            let range = u64::from(*range.start())..=u64::from(*range.end());
            run.ensure(
                format!("it is in the kernel's range, {range:?}"),
                range.contains(&picked),
                line,
            )
        }
        None => Ok(()),
    }
}

fn shows_both_ends(run: &mut Run) -> Outcome {
    let (mut program, listener) = run.serve()?;
    let client = program.line("a line `client …`", starts("client "))?;
    let accepted = program.line("a line `accepted …`", starts("accepted "))?;
    let (from, to) = ends(run, &client)?;
    run.ensure("the client's peer is the listener", to == listener, &client)?;
    let (local, peer) = ends(run, &accepted)?;
    run.ensure("the accepted socket has the listener's port", local == listener, &accepted)?;
    run.ensure("its peer is the client", peer == from, accepted)
}

fn one_client_port_to_two_servers(run: &mut Run) -> Outcome {
    let (mut program, listener) = run.serve_on_own_address()?;
    program.exits_with(0)?;
    let output = program.stdout();
    let clients: Vec<(SocketAddr, SocketAddr)> = output
        .lines()
        .filter(|line| starts("client ")(line))
        .map(|line| ends(run, line))
        .collect::<Outcome<_>>()?;
    let shared = clients.windows(2).any(|pair| {
        let [(one, first), (other, second)] = [pair[0], pair[1]];
        one == other && first == listener && second != listener
    });
    run.ensure("two clients have one address and two servers", shared, format!("{clients:?}"))
}

fn tcp_and_udp_share_a_number(run: &mut Run) -> Outcome {
    let (mut program, _) = run.serve_on_own_address()?;
    let tcp = program.line("a line `TCP …`", starts("TCP "))?;
    let udp = program.line("a line `UDP …`", starts("UDP "))?;
    let address = |line: &str| line.split_whitespace().nth(1).map(String::from);
    let statement = "both have the same address and number";
    run.ensure(statement, address(&tcp) == address(&udp), format!("{tcp} and {udp}"))
}

fn classifies_addresses(run: &mut Run) -> Outcome {
    for (address, kind) in [
        ("127.0.0.1:9090", "loopback"),
        ("127.255.255.254:9090", "loopback"),
        ("[::1]:9090", "loopback"),
        ("192.168.31.7:9090", "private"),
        ("172.31.0.1:9090", "private"),
        ("172.32.0.1:9090", "global"),
        ("[fd00::1]:9090", "private"),
        ("169.254.0.1:9090", "link-local"),
        ("[fe80::1]:9090", "link-local"),
        ("0.0.0.0:9090", "every IPv4 address of this machine"),
        ("[::]:9090", "every IPv6 address of this machine"),
        ("224.0.0.1:9090", "multicast"),
        ("[ff02::1]:9090", "multicast"),
        ("192.0.2.1:9090", "documentation"),
        ("[2001:db8::1]:9090", "documentation"),
        ("9.9.9.9:9090", "global"),
        ("[2620:fe::fe]:9090", "global"),
        ("[::ffff:10.0.0.1]:9090", "private"),
    ] {
        run.to_end(&["classify", address])?.exited_with(0)?.said(address)?.said(kind)?;
    }
    Ok(())
}

fn classifies_ports(run: &mut Run) -> Outcome {
    for (port, range) in [
        (0, "the kernel"),
        (1, "System"),
        (1023, "System"),
        (1024, "User"),
        (49151, "User"),
        (49152, "Dynamic"),
        (65535, "Dynamic"),
    ] {
        run.to_end(&["classify", &format!("127.0.0.1:{port}")])?.exited_with(0)?.said(range)?;
    }
    Ok(())
}

fn says_why_it_is_none(run: &mut Run) -> Outcome {
    for (text, why) in [
        ("192.168.31.xx:9090", "'xx' is not a number"),
        ("192.168.31.256:9090", "'256' is not a number"),
        ("192.168.31:9090", "four numbers"),
        ("127.0.0.1:65536", "65535"),
        ("127.0.0.1:99999999999999999999", "65535"),
        ("127.0.0.1:http", "'http' is not a number"),
        ("127.0.0.1:", "missing"),
        ("127.0.0.1", "missing"),
        ("::1:80", "brackets: [::1]:80"),
        ("::1", "missing"),
        ("[::1]", "missing"),
        ("[::g]:80", "not an IPv6 address"),
        ("localhost:80", "is a name"),
        (":80", "the address is missing"),
        ("", "empty"),
    ] {
        run.to_end(&["classify", text])?
            .exited_with(1)?
            .said_exactly("")?
            .explained()?
            .complained(&format!("'{text}'"))?
            .complained(why)?;
    }
    Ok(())
}

fn classifies_all_of_them(run: &mut Run) -> Outcome {
    run.to_end(&["classify", "127.0.0.1:80", "nonsense", "127.0.0.1:9090"])?
        .exited_with(1)?
        .explained()?
        .complained("'nonsense'")?
        .said("127.0.0.1:80")?
        .said("127.0.0.1:9090")?;
    Ok(())
}

fn classify_needs_an_address(run: &mut Run) -> Outcome {
    run.to_end(&["classify"])?.exited_with(2)?.said_exactly("")?.explained()?;
    Ok(())
}

/// Whether a line's first word is this one.
fn starts(word: &str) -> impl Fn(&str) -> bool {
    move |line| line.split_whitespace().next() == Some(word.trim_end())
}

fn numbers(line: &str) -> impl Iterator<Item = u64> {
    line.split(|character: char| !character.is_ascii_digit()).filter_map(|word| word.parse().ok())
}

/// The addresses in a line `… LOCAL -> PEER`.
fn ends(run: &Run, line: &str) -> Outcome<(SocketAddr, SocketAddr)> {
    let ends = || {
        let (local, peer) = line.split_once(" -> ")?;
        Some((local.split_whitespace().last()?.parse().ok()?, peer.trim().parse().ok()?))
    };
    ends().ok_or_else(|| run.broken("two addresses with ` -> ` between", line))
}

const FACTS: &[Check] = &[
    check("S1_three_ranges", three_ranges)
        .demands("Anybody may bind a port on both sides of each border above 1023.")
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
        .needs(Needs::Linux),
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
            let mut program = run.start_other(&program!("lesson00"), &[&address])?;
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
    let mut program = run.start_other(&program!("lesson00"), &["127.0.0.1:0"])?;
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
        let mut program = run.start_other(&program!("lesson00"), &arguments)?;
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

fn main() -> ExitCode {
    Lesson::new("lesson00", env!("CARGO_MANIFEST_DIR"))
        .contract(&contract::PROGRAM)
        .contract(&contract::LISTENS)
        .mode(LOOPBACK)
        .mode(PORTS)
        .mode(ENDS)
        .mode(SHARED)
        .mode(CLASSIFY)
        .facts(FACTS)
        .program(program!("lesson00"))
        .fault_in_mode(LOOPBACK, program!("only_ipv4"), &["shows_both_loopbacks"])
        .fault_in_mode(PORTS, program!("two_ranges"), &["shows_three_ranges"])
        .fault_in_mode(PORTS, program!("trusts_port_zero"), &["shows_a_picked_port"])
        .fault_in_mode(ENDS, program!("ends_swapped"), &["shows_both_ends"])
        .fault_in_mode(
            SHARED,
            program!("one_port_one_connection"),
            &["one_client_port_to_two_servers", "tcp_and_udp_share_a_number"],
        )
        .fault_in_mode(
            CLASSIFY,
            program!("splits_at_the_first_colon"),
            &["classifies_addresses", "classify_needs_an_address"],
        )
        .fault_in_mode(CLASSIFY, program!("half_open_ranges"), &["classifies_ports"])
        .fault_in_mode(CLASSIFY, program!("port_as_u16"), &["says_why_it_is_none"])
        .fault_in_mode(CLASSIFY, program!("stops_at_the_first"), &["classifies_all_of_them"])
        .exercise(Exercise {
            checks: exercise00::CHECKS,
            yours: program!("exercise00"),
            solution: program!("solution00"),
            starter_fails: &[
                "shows_both_ends",
                "names_the_kind_of_address",
                "names_the_range_of_the_port",
                "knows_that_port_0_is_none",
                "takes_ipv6_addresses",
                "refuses_ports_that_do_not_fit",
                "looks_at_all_of_them",
            ],
        })
        .wrong_answer(program!("swaps_the_two_ends"), &["shows_both_ends"])
        .wrong_answer(program!("asks_another_socket"), &["shows_both_ends"])
        .wrong_answer(program!("unwraps_the_connection"), &["reports_a_refusal"])
        .wrong_answer(program!("compares_the_first_number"), &["names_the_kind_of_address"])
        .wrong_answer(program!("tutorials_two_ranges"), &["names_the_range_of_the_port"])
        .wrong_answer(program!("borders_that_belong_to_nobody"), &["names_the_range_of_the_port"])
        .wrong_answer(program!("port_zero_is_a_port"), &["knows_that_port_0_is_none"])
        .wrong_answer(
            program!("cuts_at_the_first_colon"),
            &["takes_ipv6_addresses", "refuses_ports_that_do_not_fit"],
        )
        .wrong_answer(program!("private_in_ipv4_only"), &["takes_ipv6_addresses"])
        .wrong_answer(
            program!("does_without_brackets"),
            &["refuses_what_is_no_address", "refuses_ports_that_do_not_fit"],
        )
        .wrong_answer(
            program!("looks_names_up"),
            &["refuses_what_is_no_address", "refuses_ports_that_do_not_fit"],
        )
        .wrong_answer(program!("wraps_the_port"), &["refuses_ports_that_do_not_fit"])
        .wrong_answer(program!("takes_a_plus"), &["refuses_ports_that_do_not_fit"])
        .wrong_answer(program!("gives_up_at_the_first"), &["looks_at_all_of_them"])
        .wrong_answer(
            program!("forgets_the_errors"),
            &[
                "refuses_what_is_no_address",
                "refuses_ports_that_do_not_fit",
                "looks_at_all_of_them",
            ],
        )
        .report(program!("exercise00"), "names_the_kind_of_address")
        .report(program!("swaps_the_two_ends"), "shows_both_ends")
        .report(program!("looks_names_up"), "refuses_what_is_no_address")
        .main()
}
