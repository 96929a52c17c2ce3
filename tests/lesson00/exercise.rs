//! Exercise 0: the class of an address and of its port, and both ends of a connection.
//!
//! # What to build
//!
//! A program that is called in two ways. `lessons/lesson00/exercise.rs` holds one that knows what the tutorial
//! says about addresses and ports. It compiles, and most of what it says is wrong.
//!
//! ```text
//! exercise00 [ADDRESS:PORT]
//! exercise00 classify ADDR…
//! ```
//!
//! The first connects to a server at that address, in IPv4 or IPv6 (without one, to 127.0.0.1:9090), and
//! prints the two ends of the connection, as its own socket knows them. Then it ends at once, without waiting
//! for the server, with exit code 0:
//!
//! ```text
//! local 127.0.0.1:40728
//! peer 127.0.0.1:9090
//! ```
//!
//! If no program listens there, or no network leads there, it writes a line `error: WHAT: WHY` on standard error
//! and nothing on standard output, and ends with exit code 1, without a panic.
//!
//! The second says what addresses and ports are, from their numbers alone. For each good
//! `ADDR` it prints one line that begins with the `ADDR` as it was given, in order, even if one comes twice:
//!
//! ```text
//! 127.0.0.1:9090: loopback address, user port
//! [fd00::1]:80: private address, system port
//! 0.0.0.0:0: unspecified address, no port yet
//! 9.9.9.9:50000: other address, dynamic port
//! ```
//!
//! - An address is `loopback` (`127.0.0.0/8` and `::1`), `private`, `unspecified` (`0.0.0.0` and `::`) or
//!   `other`. Private ones are `10.0.0.0/8`, `172.16.0.0/12` and `192.168.0.0/16` in IPv4 (RFC 1918), and in
//!   IPv6 the unique local ones, `fc00::/7` (RFC 4193). All others are `other`: link-local addresses are, and
//!   so is an IPv4 address that is written as an IPv6 one, `::ffff:127.0.0.1`.
//! - A port is a `system port` up to 1023, a `user port` up to 49151, a `dynamic port` up to 65535, and 0 is
//!   `no port yet`.
//! - What isn't an IP address with a port gets a line `error: WHAT: WHY` on standard error that names it,
//!   and nothing on standard output. `localhost:80` isn't one, since nothing is looked up; neither is `::1:80`
//!   without brackets, `[127.0.0.1]:80` with them, or anything with a blank in it. A port is written in the
//!   digits 0 to 9 and nothing else, so `127.0.0.1:+80` isn't one. Zeros in front are good in a port (`0080`
//!   is 80), but not in the four numbers of an IPv4 address (`127.0.0.01:80`). You needn't think
//!   of addresses with a zone, such as `[fe80::1%1]:80`. The program goes on to the next `ADDR`. After the last, its exit code is
//!   1 if there was such an error, and otherwise 0.
//!
//! # Why
//!
//! The tutorial's table of ports has one border where there are two, and its placeholder for an address isn't
//! an address. Programs read addresses from people and from files. What such a program takes for an address
//! without an error, another one will connect to.
//!
//! # How to start
//!
//! Delete the first line of `lessons/lesson00/exercise.rs`, and look for `TODO(you)` in it. Then, after
//! every change:
//!
//! ```text
//! cargo test -p lesson00 exercise
//! ```
//!
//! There are three parts: both ends of a connection (one line, five minutes), then what IPv4 addresses and
//! ports are (about 10 lines, 20 minutes), then IPv6 and bad addresses (about 10 lines, half an hour). The
//! checks below come in the order in which you might make them pass. All that you need is in chapter 1
//! (`cargo run -p book`) and in the documentation of `std::net`. One good answer, for afterwards, is
//! `lessons/lesson00/solution.rs`.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use grader::{Check, Hint, Needs, Outcome, Peer, Program, Run, check, private_loopback, text};

use servers::default_address::is_asked_by_default;
use servers::handshake::BROADCAST;

use crate::classify::{classifies, prints};
use crate::refusals::{
    refuses_blanks, refuses_ports_that_are_not_digits, refuses_ports_that_do_not_fit,
    refuses_what_is_no_address,
};

const SECTION: &str = "01-introduction.html#exercise";

pub const CHECKS: &[Check] = &[
    check("reports_a_refusal", reports_a_refusal)
        .demands("If no program listens at the address, yours says so on stderr, and its exit code is 1.")
        .hint("What does your program do with an error that `connect` returns?")
        .section("01-introduction.html#run-it")
        .begins("Both ends of a connection", "one line, five minutes"),
    check("shows_both_ends", shows_both_ends)
        .demands("`local` is the program's own end of the connection, `peer` the server's.")
        .hint("Which end has the port that the server listens on, and who knows the port of the other?")
        .section("01-introduction.html#what-names-a-connection"),
    check("shows_both_ends_in_ipv6", shows_both_ends_in_ipv6)
        .demands("Both ends of a connection to `[::1]` are shown as well, and a refusal there is an error.")
        .hint("Which part of your program is only for IPv4?")
        .section("01-introduction.html#what-names-a-connection")
        .needs(Needs::Ipv6),
    check("connects_to_9090_by_default", connects_to_9090_by_default)
        .demands("Without an address, the program connects to 127.0.0.1:9090.")
        .hint("What's the address if your program is given none?")
        .section(SECTION)
        .needs(Needs::Network),
    check("names_the_kind_of_address", names_the_kind_of_address)
        .demands("An IPv4 address is called loopback, private, unspecified or other, on both sides of each border.")
        .hint("How many of the four numbers must you look at for each kind, and is there a type in `std::net` that knows?")
        .section("01-introduction.html#what-an-address-is")
        .begins("IPv4 addresses and ports", "about 10 lines, 20 minutes"),
    check("names_the_range_of_the_port", names_the_range_of_the_port)
        .demands("A port is called a system, user or dynamic port, on both sides of each border.")
        .hint("How many ranges of ports are there, and to which of two does their border belong?")
        .section("01-introduction.html#three-ranges-of-ports"),
    check("knows_that_port_0_is_none", knows_that_port_0_is_none)
        .demands("Port 0 is called `no port yet`.")
        .hint("Which port does a socket have that was bound to port 0?")
        .section("01-introduction.html#three-ranges-of-ports"),
    check("looks_at_all_of_them", looks_at_all_of_them)
        .demands("Each address is looked at, in order, also after a bad one, and the bad ones make the exit code 1.")
        .hint("What does your loop do after an error, and how does the end of your program still know of it?")
        .section(SECTION)
        .begins("IPv6, and bad addresses", "about 10 lines, half an hour"),
    check("takes_ipv6_addresses", takes_ipv6_addresses)
        .demands("An IPv6 address, in brackets, is classified like any other.")
        .hint("Which colon begins the port, and which of IPv6's ranges is private?")
        .section("01-introduction.html#what-an-address-is"),
    check("refuses_what_is_no_address", refuses_what_is_no_address)
        .demands("What isn't an IP address with a port is an error that names it, and the exit code is 1.")
        .hint("What must a word have to be an address with a port, and how do a person and a script learn that one doesn't?")
        .section("01-introduction.html#what-an-address-is"),
    check("refuses_blanks", refuses_blanks)
        .demands("A word with a blank in it is an error, wherever the blank is.")
        .hint("Does anything in your program strip blanks, or skip them before a number?")
        .section(SECTION),
    check("refuses_ports_that_do_not_fit", refuses_ports_that_do_not_fit)
        .demands("A port above 65535 is an error, whatever its last 16, 32 or 64 bits are.")
        .hint("How many bits has a port, and what does your program make of a larger number?")
        .section("01-introduction.html#what-a-port-is"),
    check("refuses_ports_that_are_not_digits", refuses_ports_that_are_not_digits)
        .demands("A port with anything but the digits 0 to 9 is an error, for example `+80`.")
        .hint("What besides digits does your program take for a number?")
        .section("01-introduction.html#what-a-port-is"),
];

/// The checks that the untouched starter fails.
pub const STARTER_FAILS: &[&str] = &[
    "shows_both_ends",
    "shows_both_ends_in_ipv6",
    "connects_to_9090_by_default",
    "names_the_kind_of_address",
    "names_the_range_of_the_port",
    "knows_that_port_0_is_none",
    "looks_at_all_of_them",
    "takes_ipv6_addresses",
    "refuses_what_is_no_address",
    "refuses_blanks",
    "refuses_ports_that_do_not_fit",
    "refuses_ports_that_are_not_digits",
];

const WAITS: &str = "What does your program wait for after the second line?";
const SOON: Duration = Duration::from_millis(300);

fn shows_both_ends(run: &mut Run) -> Outcome {
    // On Linux the two ends have different addresses: a connection to any of 127.0.0.0/8 comes from 127.0.0.1.
    shows_the_ends_soon(run, private_loopback(), |address| address.to_string())
}

fn shows_both_ends_in_ipv6(run: &mut Run) -> Outcome {
    // A spelling that no socket's address is printed in.
    let given = |address: SocketAddr| format!("[0:0::1]:{}", address.port());
    shows_the_ends_soon(run, Ipv6Addr::LOCALHOST.into(), given)?;
    let closed = run.in_ipv6(Run::closed_port)?;
    is_refused(run, closed.address).hint("What does your program do with a refusal in IPv6?")
}

fn connects_to_9090_by_default(run: &mut Run) -> Outcome {
    let mut asked = is_asked_by_default(run, &[])?;
    shows_the_ends(run, &mut asked.client, asked.server, "")
}

/// Demands both ends of a connection to this address, and that the program ends soon after it has connected: one that
/// waits for the server, even if not forever, takes longer.
fn shows_the_ends_soon(run: &mut Run, ip: IpAddr, given: fn(SocketAddr) -> String) -> Outcome {
    let took = run.until_less_than(SOON, |run| {
        let mut listener = run.listen_on(ip)?;
        let given = given(listener.address());
        let mut program = run.start(&[&given])?;
        let server = listener.accept().hint("To which address does your program connect?")?;
        shows_the_ends(run, &mut program, server, &given)?;
        Ok(program.ran_since(listener.had_none_at()))
    })?;
    run.ensure_in_time(
        "it ended less than 0.3 s after it connected",
        took < SOON,
        format!("{took:?}"),
    )
    .hint(WAITS)
}

fn shows_the_ends(run: &mut Run, program: &mut Program, server: Peer, given: &str) -> Outcome {
    run.step(text!("the server's peer is {peer}", peer = server.remote()));
    let ends = [("local", server.remote()), ("peer", server.local())];
    let finished = program.finishes().hint(WAITS)?;
    let lines: Vec<String> = ends.iter().map(|(name, end)| format!("{name} {end}")).collect();
    server.close();
    // Languages spell an IPv6 address differently, and the text asks for no spelling.
    let spelled = |line: &str| match line.split_once(' ') {
        Some((name, end)) if end != given => {
            end.parse().map_or(line.to_owned(), |end: SocketAddr| format!("{name} {end}"))
        }
        _ => line.to_owned(),
    };
    let printed: Vec<String> = finished.stdout().lines().map(spelled).collect();
    prints(run, &printed.join("\n"), &lines)?;
    finished
        .exited_with(0)
        .hint("With which exit code does your program end when all went well?")?;
    Ok(())
}

fn reports_a_refusal(run: &mut Run) -> Outcome {
    let closed = run.closed_port()?;
    is_refused(run, closed.address)?;
    is_refused(run, BROADCAST)
}

fn is_refused(run: &mut Run, address: SocketAddr) -> Outcome {
    run.to_end(&[&address.to_string()])?
        .said_exactly("")
        .hint("What does your program print before it knows that it is connected?")?
        .explained()
        .hint("Which errors of `connect` does your program know, where do they go, and what do they say?")?
        .exited_with(1)?;
    Ok(())
}

fn names_the_kind_of_address(run: &mut Run) -> Outcome {
    // A few first, so that the report on a program that lacks a kind is short.
    let samples = ["127.0.0.1", "10.1.2.3", "192.168.31.7", "172.16.0.1", "0.0.0.0", "9.9.9.9"];
    let kinds = ["loopback", "private", "private", "private", "unspecified", "other"];
    let line = |(address, kind): (&&str, &&str)| {
        (format!("{address}:80"), format!("{kind} address, system port"))
    };
    classifies(run, &samples.iter().zip(&kinds).map(line).collect::<Vec<_>>())?;
    let mut addresses: Vec<(String, &str)> = [
        ("127.0.0.1", "loopback"),
        ("126.255.255.255", "other"),
        ("127.0.0.0", "loopback"),
        ("127.255.255.255", "loopback"),
        ("128.0.0.0", "other"),
        ("9.255.255.255", "other"),
        ("10.0.0.0", "private"),
        ("10.255.255.255", "private"),
        ("11.0.0.0", "other"),
        ("172.15.255.255", "other"),
        ("172.16.0.0", "private"),
        ("172.31.255.255", "private"),
        ("172.32.0.0", "other"),
        ("192.167.255.255", "other"),
        ("192.168.0.0", "private"),
        ("192.168.255.255", "private"),
        ("192.169.0.0", "other"),
        ("0.0.0.0", "unspecified"),
        ("0.0.0.1", "other"),
        ("255.255.255.255", "other"),
        // Shared (RFC 6598), link-local, documentation, benchmarks, multicast, and class E.
        ("100.64.0.1", "other"),
        ("169.254.0.1", "other"),
        ("169.254.255.255", "other"),
        ("192.0.2.1", "other"),
        ("198.18.0.1", "other"),
        ("224.0.0.1", "other"),
        ("240.0.0.1", "other"),
    ]
    .map(|(address, kind)| (address.to_owned(), kind))
    .into();
    let any = |run: &mut Run| run.number(0..=255);
    for _ in 0..2 {
        let (b, c, d) = (any(run), any(run), any(run));
        addresses.push((format!("127.{b}.{c}.{d}"), "loopback"));
        addresses.push((format!("10.{b}.{c}.{d}"), "private"));
        addresses.push((format!("192.168.{c}.{d}"), "private"));
        addresses.push((format!("172.{}.{c}.{d}", run.number(16..=31)), "private"));
        addresses.push((format!("172.{}.{c}.{d}", run.number(32..=255)), "other"));
        addresses.push((format!("192.{}.{c}.{d}", run.number(0..=167)), "other"));
        addresses.push((format!("{}.{b}.{c}.{d}", run.number(11..=126)), "other"));
    }
    // These ports are in the first range of every table, also of a wrong one: here only the address counts.
    let port = run.number(1..=1023);
    let expected: Vec<_> = addresses
        .into_iter()
        .map(|(address, kind)| {
            (format!("{address}:{port}"), format!("{kind} address, system port"))
        })
        .collect();
    classifies(run, &expected)
}

fn names_the_range_of_the_port(run: &mut Run) -> Outcome {
    let mut ports = vec![(9090, "user")];
    ports.extend(BORDERS);
    for _ in 0..3 {
        ports.push((run.number(2..=1022), "system"));
        ports.push((run.number(1025..=49150), "user"));
        ports.push((run.number(49153..=65534), "dynamic"));
    }
    let line = |(port, range): (String, &str)| {
        (format!("127.0.0.1:{port}"), format!("loopback address, {range} port"))
    };
    let expected = ports.into_iter().map(|(port, range)| line((port.to_string(), range)));
    classifies(run, &expected.collect::<Vec<_>>())?;
    let with_zeros = [("0080", "system"), ("00001024", "user"), ("065535", "dynamic")];
    let expected = with_zeros.map(|(port, range)| line((port.into(), range)));
    classifies(run, &expected).hint("Which number is `0080`?")
}

/// The first and the last port of each range.
const BORDERS: [(u64, &str); 6] = [
    (1, "system"),
    (1023, "system"),
    (1024, "user"),
    (49151, "user"),
    (49152, "dynamic"),
    (65535, "dynamic"),
];

fn knows_that_port_0_is_none(run: &mut Run) -> Outcome {
    let zeros = format!("127.0.0.1:{}", "0".repeat(run.number(2..=7) as usize));
    let drawn = format!("127.0.{}.{}:0", run.number(0..=255), run.number(2..=255));
    classifies(
        run,
        &[
            ("127.0.0.1:0".into(), "loopback address, no port yet".into()),
            ("9.9.9.9:0".into(), "other address, no port yet".into()),
            (drawn, "loopback address, no port yet".into()),
            (zeros, "loopback address, no port yet".into()),
            ("[::1]:00".into(), "loopback address, no port yet".into()),
        ],
    )
}

fn takes_ipv6_addresses(run: &mut Run) -> Outcome {
    let mut addresses: Vec<(String, &str)> = [
        ("::1", "loopback"),
        ("::", "unspecified"),
        ("::2", "other"),
        ("fbff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "other"),
        ("fc00::", "private"),
        ("fc00::1", "private"),
        ("fd00::1", "private"),
        ("fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "private"),
        ("fe00::", "other"),
        // Link-local from the first to the last; site-local, which is no more (RFC 3879); multicast.
        ("fe80::", "other"),
        ("fe80::1", "other"),
        ("febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "other"),
        ("fec0::1", "other"),
        ("ff02::1", "other"),
        ("2001:db8::7", "other"),
        ("1::", "other"),
        ("1::1", "other"),
        // They begin like others, and their numbers don't.
        ("::1:2", "other"),
        ("::1f", "other"),
        ("fc::1", "other"),
        ("fd::1", "other"),
        ("fd0::1", "other"),
        // As it was given, also where it could be shorter.
        ("0:0:0:0:0:0:0:1", "loopback"),
        ("0:0:0:0:0:0:0:0", "unspecified"),
        ("FD00:0:0::A", "private"),
    ]
    .map(|(address, kind)| (address.to_owned(), kind))
    .into();
    for _ in 0..3 {
        let (a, b, c) = (run.number(0..=0xffff), run.number(0..=0xffff), run.number(1..=0xffff));
        addresses.push((format!("fd{:02x}:{a:x}:{b:x}::{c:x}", run.number(0..=255)), "private"));
        addresses.push((format!("fc{:02x}:{a:x}:{b:x}::{c:x}", run.number(0..=255)), "private"));
        addresses.push((format!("2001:{a:x}:{b:x}::{c:x}"), "other"));
        addresses.push((format!("fe80::{a:x}:{b:x}:{c:x}"), "other"));
    }
    let port = run.number(1..=1023);
    let line = |(address, kind): (String, &str)| {
        (format!("[{address}]:{port}"), format!("{kind} address, system port"))
    };
    let mut expected: Vec<_> = addresses.into_iter().map(line).collect();
    // In the order in which they are given, whatever they are.
    let ipv4 = format!("127.0.0.1:{port}");
    expected.insert(1, (ipv4, "loopback address, system port".into()));
    classifies(run, &expected)?;
    let (c, d) = (run.number(0..=255), run.number(1..=255));
    let ipv4 =
        ["127.0.0.1".into(), "0.0.0.0".into(), format!("10.1.{c}.{d}"), format!("192.168.{c}.{d}")];
    // Mapped, compatible, translated (RFC 4291, 6052), and in 6to4's way (RFC 3056). The compatible form of 0.0.0.0 is `::`.
    let mut mapped: Vec<String> = ipv4.iter().map(|address| format!("::ffff:{address}")).collect();
    mapped.extend(ipv4.iter().filter(|it| *it != "0.0.0.0").map(|address| format!("::{address}")));
    mapped.extend(ipv4.iter().map(|address| format!("64:ff9b::{address}")));
    mapped.extend(["::7f00:1".into(), "2002:7f00:1::".into()]);
    let mapped: Vec<_> = mapped.into_iter().map(|address| line((address, "other"))).collect();
    // Behind such an address, a port is what it is elsewhere.
    let mut ports = vec![("[::1]:0".to_owned(), "loopback address, no port yet".to_owned())];
    ports.extend(
        BORDERS.map(|(port, range)| {
            (format!("[::1]:{port}"), format!("loopback address, {range} port"))
        }),
    );
    classifies(run, &ports)?;
    classifies(run, &mapped)
        .hint("Is an IPv4 address that is written as an IPv6 one in any range of the assignment?")
}

fn looks_at_all_of_them(run: &mut Run) -> Outcome {
    let word = |run: &mut Run| {
        format!("127.0.{}.{}:{}", run.number(0..=255), run.number(1..=255), run.number(1..=1023))
    };
    let bad = format!("nonsense{}", run.number(1..=99_999));
    // Not sorted, and one of them twice.
    let (first, second) = (word(run), word(run));
    let words = [
        "127.9.0.1:80",
        &bad,
        "127.1.0.1:80",
        &first,
        "127.0.0.2:80",
        "127.0.0.1:http",
        &second,
        "127.0.0.2:80",
    ];
    let finished = run.to_end(&[&["classify"], &words[..]].concat())?;
    let lines =
        [0, 2, 3, 4, 6, 7].map(|place| format!("{}: loopback address, system port", words[place]));
    prints(run, &finished.stdout(), &lines)?;
    finished
        .explained()
        .hint("Where do your errors go, and how do they begin?")?
        .complained(words[1])
        .hint("How does a person learn which of the words was bad?")?
        .complained(words[5])
        .hint("Does your program report only the first error?")?
        .exited_with(1)
        .hint("How does the end of your program know that there was an error before?")?;
    let many: Vec<_> = (0..300)
        .map(|number| {
            let address = format!("127.3.{}.{}:{}", number / 256, number % 256, 80 + number % 7);
            (address, "loopback address, system port".into())
        })
        .collect();
    classifies(run, &many)
}
