//! What lesson 0's program must do.
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
//! `classify ADDR…` says of each argument what its address and its port are, or why it isn't one.

use std::net::{IpAddr, SocketAddr, TcpListener};

use common::sockets::ephemeral_ports;
use grader::{Check, Needs, Outcome, Run, check};

pub const LOOPBACK: &[Check] = &[check("shows_both_loopbacks", shows_both_loopbacks)
    .demands("Loopback is shown in IPv4 and in IPv6, and whether a program can listen there.")
    .hint("How many loopback addresses does a machine have?")
    .section("01-introduction.html#what-an-address-is")];

pub const PORTS: &[Check] = &[
    check("shows_three_ranges", shows_three_ranges)
        .demands("The three ranges of ports of RFC 6335 are shown.")
        .hint("Which ports can be registered for a service, though they are not well known?")
        .section("01-introduction.html#what-a-port-is"),
    check("shows_a_picked_port", shows_a_picked_port)
        .demands("A port that the kernel picked is shown; it is never 0.")
        .hint("Who knows which port a socket got: the one who asked, or the socket?")
        .section("01-introduction.html#what-a-port-is"),
];

pub const ENDS: &[Check] = &[check("shows_both_ends", shows_both_ends)
    .demands("Both ends are shown, each from itself to its peer; the accepted one has the listener's port.")
    .hint("Whose address does `accept` return?")
    .section("01-introduction.html#what-names-a-connection")];

pub const SHARED: &[Check] = &[
    check("one_client_port_to_two_servers", one_client_port_to_two_servers)
        .demands("One client port is used for connections to two servers at the same time.")
        .hint("If a port named one program, how could both ends of this connection be told apart?")
        .section("01-introduction.html#what-names-a-connection")
        .needs(Needs::Loopbacks),
    check("tcp_and_udp_share_a_number", tcp_and_udp_share_a_number)
        .demands("A TCP and a UDP socket are bound to one number at the same time.")
        .hint("Are port 53 of TCP and port 53 of UDP one port, or two?")
        .section("01-introduction.html#what-names-a-connection"),
];

pub const CLASSIFY: &[Check] = &[
    check("classifies_addresses", classifies_addresses)
        .demands("`classify` says what an address is for, in IPv4 and in IPv6.")
        .hint("Where does an IPv6 address end and its port begin?")
        .section("01-introduction.html#run-it"),
    check("classifies_ports", classifies_ports)
        .demands("`classify` says in which range a port is, on both sides of each border.")
        .hint("Is 49151 in the same range as 49152?")
        .section("01-introduction.html#what-a-port-is"),
    check("says_why_it_is_no_address", says_why_it_is_no_address)
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

fn says_why_it_is_no_address(run: &mut Run) -> Outcome {
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
pub fn starts(word: &str) -> impl Fn(&str) -> bool {
    move |line| line.split_whitespace().next() == Some(word.trim_end())
}

fn numbers(line: &str) -> impl Iterator<Item = u64> {
    line.split(|character: char| !character.is_ascii_digit()).filter_map(|word| word.parse().ok())
}

/// The addresses in a line `… LOCAL -> PEER`.
pub fn ends(run: &Run, line: &str) -> Outcome<(SocketAddr, SocketAddr)> {
    let ends = || {
        let (local, peer) = line.split_once(" -> ")?;
        Some((local.split_whitespace().last()?.parse().ok()?, peer.trim().parse().ok()?))
    };
    ends().ok_or_else(|| run.broken("two addresses with ` -> ` between", line))
}
