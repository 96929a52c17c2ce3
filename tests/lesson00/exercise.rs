//! Exercise 0: the class of an address and of its port, and both ends of a connection.
//!
//! # What to build
//!
//! A program that is called in two ways. `lessons/lesson00/exercise.rs` holds one that knows of
//! addresses and ports what the tutorial tells. It compiles, and most of what it says is wrong.
//!
//! ```text
//! exercise00 [ADDRESS:PORT]
//! exercise00 classify ADDR…
//! ```
//!
//! The first connects to a server at that address and prints the two ends of the connection, as its own
//! socket knows them. Then it ends, with exit code 0:
//!
//! ```text
//! local 127.0.0.1:40728
//! peer 127.0.0.1:9090
//! ```
//!
//! If nobody listens there: a line `error: WHAT: WHY` on standard error, exit code 1, and no panic.
//!
//! The second says what addresses and ports are, from their numbers alone. It prints one line for each
//! `ADDR`, as it was given, in order:
//!
//! ```text
//! 127.0.0.1:9090: loopback address, user port
//! [fd00::1]:80: private address, system port
//! 0.0.0.0:0: unspecified address, no port yet
//! 9.9.9.9:50000: other address, dynamic port
//! ```
//!
//! - An address is `loopback`, `private`, `unspecified` or `other`. Private ones are `10.0.0.0/8`,
//!   `172.16.0.0/12` and `192.168.0.0/16` in IPv4 (RFC 1918), and in IPv6 the unique local ones,
//!   `fc00::/7` (RFC 4193). The unspecified ones are `0.0.0.0` and `::`.
//! - A port is a `system port` up to 1023, a `user port` up to 49151, a `dynamic port` up to 65535; and
//!   0 stands for `no port yet`.
//! - What is no IP address with a port gets a line `error: WHAT: WHY` on standard error that names it,
//!   and nothing on standard output. Names such as `localhost:80` are none, since nothing is looked up;
//!   neither is `::1:80`, without brackets, nor `127.0.0.1:+80`: a port is written in digits. The
//!   program goes on to the next `ADDR`. After the last, its exit code is 1 if there was such an error,
//!   and else 0.
//!
//! # Why
//!
//! The tutorial's table of ports has one border where there are two, and its placeholder for an
//! address is none. Programs read addresses from people and from files: what such a program takes for
//! an address without a word, another one will connect to.
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
//! The checks below stand in the order in which you might make them pass. All that you need is in
//! chapter 1 (`cargo run -p book`) and in the documentation of `std::net`. One good answer, for
//! afterwards, is `lessons/lesson00/solution.rs`.

use grader::{Check, Outcome, Run, check};

const SECTION: &str = "01-introduction.html#exercise";

pub const CHECKS: &[Check] = &[
    check("shows_both_ends", shows_both_ends)
        .demands("`local` is the program's own end of the connection, `peer` the server's.")
        .hint("Which end has the port that the server listens on, and who knows the port of the other?")
        .section("01-introduction.html#what-names-a-connection"),
    check("reports_a_refusal", reports_a_refusal)
        .demands("Where nobody listens, the program says so on stderr, and its exit code is 1.")
        .hint("What does your program do with an error that `connect` returns?")
        .section("01-introduction.html#run-it"),
    check("names_the_kind_of_address", names_the_kind_of_address)
        .demands("An IPv4 address is called loopback, private, unspecified or other.")
        .hint("How many of the four numbers must you look at for each kind, and is there a type in `std::net` that knows?")
        .section("01-introduction.html#what-an-address-is"),
    check("names_the_range_of_the_port", names_the_range_of_the_port)
        .demands("A port is called a system, user or dynamic port, on both sides of each border.")
        .hint("How many ranges of ports are there, and to which of two does their border belong?")
        .section("01-introduction.html#what-a-port-is"),
    check("knows_that_port_0_is_none", knows_that_port_0_is_none)
        .demands("Port 0 is called `no port yet`.")
        .hint("Which port does a socket have that was bound to port 0?")
        .section("01-introduction.html#what-a-port-is"),
    check("takes_ipv6_addresses", takes_ipv6_addresses)
        .demands("An IPv6 address, in brackets, is classified like any other.")
        .hint("Where does the port begin among so many colons, and what is private in IPv6?")
        .section("01-introduction.html#what-an-address-is"),
    check("refuses_what_is_no_address", refuses_what_is_no_address)
        .demands("What is no IP address with a port is an error that names it; the exit code is 1.")
        .hint("What must a word have to be an address with a port, and how do a person and a script learn that one has not?")
        .section("01-introduction.html#what-an-address-is"),
    check("refuses_ports_that_do_not_fit", refuses_ports_that_do_not_fit)
        .demands("A port above 65535 is an error, whatever its last 16 bits are, and so is `+80`.")
        .hint("How many bits has a port, and what does your program make of a larger number? What besides digits does it take for a number?")
        .section("01-introduction.html#what-a-port-is"),
    check("looks_at_all_of_them", looks_at_all_of_them)
        .demands("All addresses are looked at, also those that stand behind a bad one.")
        .hint("What does your loop do after an error, and how does the end of your program still know of it?")
        .section(SECTION),
];

/// The checks that the untouched starter fails.
pub const STARTER_FAILS: &[&str] = &[
    "shows_both_ends",
    "names_the_kind_of_address",
    "names_the_range_of_the_port",
    "knows_that_port_0_is_none",
    "takes_ipv6_addresses",
    "refuses_ports_that_do_not_fit",
    "looks_at_all_of_them",
];

fn shows_both_ends(run: &mut Run) -> Outcome {
    let mut listener = run.listen()?;
    let mut program = run.start(&[&listener.address().to_string()])?;
    let server = listener.accept()?;
    run.step(format!("the server's peer is {}", server.remote()));
    let ends = [("local", server.remote()), ("peer", server.local())];
    let finished = program.finishes()?;
    let lines: Vec<String> = ends.iter().map(|(name, end)| format!("{name} {end}")).collect();
    server.close();
    prints(run, &finished.stdout(), &lines)?;
    finished.exited_with(0)?;
    Ok(())
}

fn reports_a_refusal(run: &mut Run) -> Outcome {
    let nobody = run.nobody()?;
    let address = nobody.address.to_string();
    run.to_end(&[&address])?.said_exactly("")?.explained()?.exited_with(1)?;
    Ok(())
}

// Port 80 is in the first range of every table, also of a wrong one: here only the address counts.
fn names_the_kind_of_address(run: &mut Run) -> Outcome {
    classifies(
        run,
        &[
            ("127.0.0.1:80", "loopback address, system port"),
            ("127.255.255.254:80", "loopback address, system port"),
            ("10.1.2.3:80", "private address, system port"),
            ("192.168.31.7:80", "private address, system port"),
            ("192.169.0.1:80", "other address, system port"),
            ("172.16.0.1:80", "private address, system port"),
            ("172.31.255.254:80", "private address, system port"),
            ("172.32.0.1:80", "other address, system port"),
            ("0.0.0.0:80", "unspecified address, system port"),
            ("9.9.9.9:80", "other address, system port"),
        ],
    )
}

fn names_the_range_of_the_port(run: &mut Run) -> Outcome {
    classifies(
        run,
        &[
            ("127.0.0.1:1", "loopback address, system port"),
            ("127.0.0.1:1023", "loopback address, system port"),
            ("127.0.0.1:1024", "loopback address, user port"),
            ("127.0.0.1:9090", "loopback address, user port"),
            ("127.0.0.1:49151", "loopback address, user port"),
            ("127.0.0.1:49152", "loopback address, dynamic port"),
            ("127.0.0.1:65535", "loopback address, dynamic port"),
        ],
    )
}

fn knows_that_port_0_is_none(run: &mut Run) -> Outcome {
    classifies(run, &[("127.0.0.1:0", "loopback address, no port yet")])
}

fn takes_ipv6_addresses(run: &mut Run) -> Outcome {
    classifies(
        run,
        &[
            ("[::1]:80", "loopback address, system port"),
            ("[::]:80", "unspecified address, system port"),
            ("[fd00::1]:80", "private address, system port"),
            ("[fc00::1]:80", "private address, system port"),
            ("[fe80::1]:80", "other address, system port"),
            ("[2001:db8::7]:80", "other address, system port"),
        ],
    )
}

fn refuses_what_is_no_address(run: &mut Run) -> Outcome {
    refuses(run, &["localhost:80", "127.0.0.1", "127.0.0.1:", "127.0.0.1:http", "127.0.0:80"])?;
    // Where would this one's port begin? And the tutorial's placeholder.
    refuses(run, &["::1:80", "192.168.31.xx:9090"])
}

fn refuses_ports_that_do_not_fit(run: &mut Run) -> Outcome {
    // Cut to 16 bits, these are 0, 9090 and 65535.
    refuses(run, &["127.0.0.1:65536", "127.0.0.1:74626", "127.0.0.1:18446744073709551615"])?;
    // `parse::<u16>` takes a sign.
    refuses(run, &["127.0.0.1:+80", "[::1]:+80"])
}

fn looks_at_all_of_them(run: &mut Run) -> Outcome {
    let words = ["127.0.0.1:80", "nonsense", "127.0.0.2:80", "127.0.0.1:http", "127.0.0.3:80"];
    let finished = run.to_end(&[&["classify"], &words[..]].concat())?;
    let lines = [words[0], words[2], words[4]]
        .map(|address| format!("{address}: loopback address, system port"));
    prints(run, &finished.stdout(), &lines)?;
    finished.explained()?.complained(words[1])?.complained(words[3])?.exited_with(1)?;
    Ok(())
}

/// Demands the right line for each of these addresses, in this order.
fn classifies(run: &mut Run, expected: &[(&str, &str)]) -> Outcome {
    let addresses: Vec<&str> = expected.iter().map(|(address, _)| *address).collect();
    let finished = run.to_end(&[&["classify"], &addresses[..]].concat())?;
    let lines: Vec<String> =
        expected.iter().map(|(address, class)| format!("{address}: {class}")).collect();
    prints(run, &finished.stdout(), &lines)?;
    finished.exited_with(0)?;
    Ok(())
}

/// Demands an error for each of these words, which are no addresses.
fn refuses(run: &mut Run, words: &[&str]) -> Outcome {
    for word in words {
        run.to_end(&["classify", word])?
            .said_exactly("")?
            .explained()?
            .complained(word)?
            .exited_with(1)?;
    }
    Ok(())
}

/// Demands these lines and no more.
fn prints(run: &mut Run, stdout: &str, lines: &[String]) -> Outcome {
    let mut printed = stdout.lines();
    for (number, line) in (1..).zip(lines) {
        let got = printed.next();
        let statement = format!("`{line}` is line {number} of its stdout");
        let shown = got.map_or("no such line".into(), |got| format!("`{got}`"));
        run.ensure(statement, got == Some(line), shown)?;
    }
    let more = printed.next();
    run.ensure("there are no more lines", more.is_none(), more.unwrap_or_default())
}
