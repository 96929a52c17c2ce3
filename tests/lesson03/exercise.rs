//! Exercise 3: a server that starts again right away, and that says who holds its port when it can't.
//!
//! A server that's in use is restarted often, for example for a new version, after a crash, or at night by a
//! script. It must have its port again right away, whatever connections the last run left behind. And if it
//! can't have the port, the person at the terminal needs to know what to do, which is either to stop the other
//! server or to wait a minute. The kernel says `Address already in use` in both cases. Your server says which
//! one it is.
//!
//! The list of checks in the book is this assignment in short, and these are the details. The starter,
//! `lessons/lesson03/exercise.rs`, serves its clients one after another with the conversation of chapter 2.2.
//! It makes its listener with socket2, as chapter 2.3 does. Complete it in three milestones.
//!
//! ```text
//! exercise03 [--time-limit SECONDS] [--queue N] ADDRESS:PORT
//! ```
//!
//! **It starts again right away.**
//!
//! - The address is such as `127.0.0.1:9090` or `[::1]:9090`. The server listens there,
//!   and at no other address. Its first line on stdout is `listening on ADDRESS:PORT`, with the real port if
//!   the port is 0. (The starter does this.)
//! - It serves clients one after another, forever, also after one that resets its connection. As soon as
//!   something has come from a client, it replies with `common::REPLY` and finishes sending. Then it reads to
//!   the client's end. One that finishes sending without a byte gets no reply. A client can hold the server no
//!   longer than `--time-limit SECONDS` (10 without it; SECONDS can be a fraction) and a second more, whatever it
//!   sends or doesn't send, and isn't cut off before. When a client has gone, the server keeps nothing of it. (The
//!   starter does this.)
//! - While one run listens, however busy it is, a second run at the same address and port fails, and the first
//!   one goes on serving. On Linux, `0.0.0.0` means all addresses of IPv4: while a run listens there, none can
//!   have its port at `127.0.0.1`, and the other way round.
//! - When a run has ended, the next one gets the same port right away: after it closed a connection first,
//!   after `kill -9` with clients connected and waiting, and three times in a row. `kill -9` ends one process,
//!   the one that was started, so leave no other process behind that keeps the port.
//!
//! **It says who holds the port.**
//!
//! - If it can't listen, it says so on stderr, with `error: WHAT: WHY` in one line that names the address,
//!   and ends with exit code 1. It doesn't panic, and it doesn't take another port. It has three
//!   seconds for this, so it can't wait until the port is free.
//! - If the address is in use, this one line, the error line itself, also says one of two things:
//!   `a server listens there` or `no server listens there`. A server that's so busy that its queue is full does
//!   listen there. But if the port is only bound, or held by the connections of an earlier run, there's no server. (Told all addresses,
//!   it may say either. On Windows, `bind` says this with `PermissionDenied` as well; `common::is_taken` knows
//!   both.)
//! - If something else is wrong, for example because the address belongs to another machine or the port needs
//!   a privilege, the line says neither of the two.
//!
//! **Its queue is as long as you said.**
//!
//! - With `--queue N` (1 or more), N clients can connect and wait while the server is busy with another one.
//!   The next one gets no answer until there's room. Without the option, N is 128. (On Linux.)
//!
//! To begin, delete the first line of `lessons/lesson03/exercise.rs`. Then, after every change:
//!
//! ```text
//! cargo test -p lesson03 exercise
//! ```
//!
//! It grades your server, and explains each check that fails. Everything that you need to know is in chapter
//! 2.3. To run your server yourself: `cargo run -p lesson03 --bin exercise03`. To start over:
//! `cargo grade --reset exercise03`. One good answer, for afterwards, is `lessons/lesson03/solution.rs`.

use std::cell::Cell;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use common::{GREETING, REPLY};
use grader::{
    ANY_PORT_OF_IPV6, Check, Hint, Needs, Outcome, Peer, Program, Run, check, is_wine,
    private_loopback, text,
};

use crate::holder::{
    knows_a_busy_server, knows_a_live_server, knows_a_port_that_is_only_bound,
    knows_what_a_run_has_left, own_ips, tells_a_privileged_port_apart,
    tells_other_errors_apart,
};
use crate::queue;
use servers::addresses::listens_nowhere_else;
use servers::one_client_robustness::serves_the_next_after_a_slow_sender;
use servers::one_client_time::{
    PAUSE, ends_a_silent_client_in_time, gives_a_client_ten_seconds,
    serves_a_hundred_clients, survives_a_client_that_is_gone,
};
use servers::robustness::Protocol;

pub const SECTION: &str = "02-3-port-reuse.html#exercise";

pub const CHECKS: &[Check] = &[
    check("says_where_it_listens", says_where_it_listens)
        .begins("It starts again right away", "about 5 lines, a quarter of an hour")
        .demands("Started with an address and port 0, it says which port the kernel chose, and serves a client there and at no other address.")
        .hint("Who knows the port: the command line, or the listener?")
        .section(SECTION),
    check("listens_on_ipv6", listens_on_ipv6)
        .demands("With an address of IPv6, such as [::1]:0, it listens there, and at no other address, and serves a client.")
        .hint("Which of the arguments of `Socket::new` depends on the address?")
        .section(SECTION)
        .needs(Needs::Ipv6),
    check("serves_one_after_another", serves_one_after_another)
        .demands("Each client gets the whole reply and a clean end, whatever it sends, also after one that broke off. One that finishes sending without a byte gets no reply.")
        .hint("What does your server do when it is done with a client, and how does that client learn of it? And when one has broken off?")
        .section(SECTION),
    check("reads_to_the_clients_end", reads_to_the_clients_end)
        .demands("What a client sends after its first bytes is read, also after the reply, and doesn't cost it the reply.")
        .hint("What does the kernel do with a connection that is closed while input is unread or still comes?")
        .section("02-2-server.html#after-the-reply"),
    check("gives_up_on_a_slow_sender", gives_up_on_a_slow_sender)
        .demands("A client that drips one byte at a time can't hold the server past --time-limit, and the next one is served.")
        .hint("What does your time limit measure: one `read`, or the conversation?")
        .section("02-2-server.html#the-repair"),
    check("ends_a_silent_client_in_time", ends_a_silent_client_in_time::<Greetings>)
        .demands("With a time limit of 1.3 seconds, in IPv4 and IPv6, a client that stays silent, or says something only just before they're over, is ended then, not earlier, and less than a second later. Of clients whose time is over, no descriptor is left.")
        .hint("From which moment does your limit count, and how often does it begin anew?")
        .section("02-2-server.html#the-repair"),
    check("gives_a_client_time", gives_a_client_time)
        .demands("Without --time-limit, a client that is silent for two seconds and a half is answered; after its reply it may take as long to go on.")
        .hint("Which limit has a client if the user gives none, and when do you reply?")
        .section("02-2-server.html#the-repair")
        .takes_long(),
    check("gives_a_client_ten_seconds", gives_a_client_ten_seconds::<Greetings>)
        .demands("Without --time-limit, a client that stays silent, or says something only just before its ten seconds are over, is ended then, not earlier, and less than a second later.")
        .hint("How long may a conversation last if the user gives no limit, and which of your calls knows that?")
        .section("02-2-server.html#the-repair")
        .takes_long(),
    check("serves_a_hundred_clients", serves_a_hundred_clients::<Greetings>)
        .demands("A hundred clients are served one after another, a thousand cut their connections off, and some do so after their replies: no descriptor, memory or file of theirs is left. The server still listens at no other address.")
        .hint("When is the connection of a client closed, on each of the ways that your code can take?")
        .section("02-2-server.html#one-client-only"),
    check("never_listens_twice", never_listens_twice)
        .demands("While one run listens, a second one at the same address and port fails, in IPv4 and IPv6, also if the first is too busy to answer, or if one of the two is at 0.0.0.0; and the first goes on serving.")
        .hint("What does the second run do when `bind` refuses? And if it does not refuse: what has allowed it?")
        .section("02-3-port-reuse.html#two-servers-on-one-port")
        .needs(Needs::Unix),
    check("restarts_after_closing_first", restarts_after_closing_first)
        .demands("After a run that closed a connection first, the next run gets the same port right away.")
        .hint("What is left on the port when the program is gone, and which call stumbles over it? Did you set the option before that call?")
        .section("02-3-port-reuse.html#the-repair"),
    check("restarts_after_a_kill", restarts_after_a_kill)
        .demands("After `kill -9` with one client connected and one waiting, the next run gets the same port right away, in IPv4 and IPv6.")
        .hint("The program is gone, but its end of the connection isn't. Who keeps it, and what does the next `bind` want to know about it?")
        .section("02-3-port-reuse.html#the-repair"),
    check("restarts_three_times", restarts_three_times)
        .demands("Three restarts in a row, each after several clients, all get the same port right away.")
        .hint("What must every run do, the first one too, so that the next can have its port?")
        .section("02-3-port-reuse.html#the-repair"),
    check("knows_a_live_server", knows_a_live_server)
        .begins("It says who holds the port", "about 20 lines, three quarters of an hour")
        .demands("If a server listens, at this address or at all of them, the error line itself says `a server listens there` and names the address, all in one line; exit code 1.")
        .hint("What can you do with a live server that you can't do with the remains of one?")
        .section("02-3-port-reuse.html#who-holds-the-port")
        .needs(Needs::Ipv6),
    check("knows_a_busy_server", knows_a_busy_server)
        .demands("A server whose queue is full is a server, and the error line itself says so within three seconds.")
        .hint("What does a client see of a server whose queue is full, and how long do you wait for more?")
        .section("02-3-port-reuse.html#who-holds-the-port")
        .needs(Needs::Linux),
    check("knows_what_a_run_has_left", knows_what_a_run_has_left)
        .demands("If only connections of an earlier run hold the port, the error line itself says `no server listens there`.")
        .hint("What holds the port here, and what answers a client that connects to it?")
        .section("02-3-port-reuse.html#who-holds-the-port")
        .needs(Needs::Linux),
    check("knows_a_port_that_is_only_bound", knows_a_port_that_is_only_bound)
        .demands("If a program has bound the port and doesn't listen, the error line itself says `no server listens there`, whoever listens at another address.")
        .hint("After which call can clients connect, and which call has the other program not made?")
        .section("02-3-port-reuse.html#who-holds-the-port"),
    check("tells_other_errors_apart", tells_other_errors_apart)
        .demands("An address of another machine is an error that says neither, and names the address; exit code 1.")
        .hint("Which error of `bind` says that the address is in use, and which errors say something else?")
        .section("02-3-port-reuse.html#who-holds-the-port"),
    check("tells_a_privileged_port_apart", tells_a_privileged_port_apart)
        .demands("A port that needs a privilege is an error that says neither, and names the address; exit code 1.")
        .hint("Which kind does this error have, and what do you do with errors that you didn't expect?")
        .section("02-3-port-reuse.html#who-holds-the-port")
        .needs(Needs::PrivilegedPorts),
    queue::CHECKS[0],
    queue::CHECKS[1],
];

/// The checks that the untouched starter fails.
pub const STARTER_FAILS: &[&str] = &[
    "restarts_after_closing_first",
    "restarts_after_a_kill",
    "restarts_three_times",
    "knows_a_live_server",
    "knows_a_busy_server",
    "knows_what_a_run_has_left",
    "knows_a_port_that_is_only_bound",
    "tells_other_errors_apart",
    "tells_a_privileged_port_apart",
    "keeps_to_its_queue",
    "has_room_for_128_clients",
];

fn says_where_it_listens(run: &mut Run) -> Outcome {
    let told = private_loopback();
    let (server, address) = run.serve_with(&[&SocketAddr::new(told, 0).to_string()])?;
    let is_there = address.ip() == told && address.port() != 0;
    run.ensure(
        text!("the address is {told}, and the port a real one", told),
        is_there,
        address,
    )?;
    serves_a_client(run, address)?.close();
    listens_nowhere_else(run, &server, address)
}

fn listens_on_ipv6(run: &mut Run) -> Outcome {
    let (server, address) = run.serve_with(&[ANY_PORT_OF_IPV6])?;
    let is_there = address.ip() == Ipv6Addr::LOCALHOST && address.port() != 0;
    run.ensure("it listens on [::1]", is_there, address)?;
    serves_a_client(run, address)?.close();
    listens_nowhere_else(run, &server, address)
}

fn serves_one_after_another(run: &mut Run) -> Outcome {
    let (mut server, address) = run.serve()?;
    serves_a_client(run, address)?.close();
    // In Wine, `accept` fails for a client that has gone before it, and resets the next one.
    if !is_wine() {
        run.connect(address)?.reset();
        let mut unread = run.connect(address)?;
        unread.send(GREETING)?;
        unread.reset();
        serves_a_client(run, address)?.close();
    }
    // Whatever it is that comes.
    for bytes in [&b"\xff"[..], b"\xe4\xbd", b"\0", b"\n"] {
        let mut client = run.connect(address)?;
        client.send(bytes)?;
        client.receives_all(REPLY).hint(
            "What has come from this client by now, and for what does your server still wait?",
        )?;
        client.close();
    }
    let mut mute = run.connect_as("a client that has nothing to say", address)?;
    mute.finish_sending()?;
    mute.receives_no_reply().hint(
        "What does your `read` return for such a client, and what has come from it?",
    )?;
    mute.close();
    survives_a_client_that_is_gone::<Greetings>(run, &mut server, address)
        .hint("What does a write to a client that has gone do to your process, and to your loop?")
}

fn reads_to_the_clients_end(run: &mut Run) -> Outcome {
    let (_server, address) = run.serve()?;
    let mut client = serves_a_client(run, address)?;
    for _ in 0..3 {
        client.send("more")?;
        // Where the kernel does not say so, a server that closes may be taken for one that reads.
        let _ = client.has_been_read()?;
    }
    client.close();

    let mut client = run.connect(address)?;
    Greetings::sends_much(&mut client)?;
    client.close();

    // Much after the reply. What a closed socket is sent is answered with a reset, which the next write meets.
    let mut client = serves_a_client(run, address)?;
    for _ in 0..3 {
        client.write_all(&[b'x'; 1 << 20], "the server reads on")?;
        let _ = client.has_been_read()?;
    }
    client.close();
    serves_a_client(run, address)?.close();
    Ok(())
}

fn never_listens_twice(run: &mut Run) -> Outcome {
    for address in own_addresses() {
        let (mut first, address) = run.serve_with(&[&address])?;
        fails_beside(run, &mut first, address, address)?;
    }
    // Where the kernel says who waits. The first run has no room for a client that asks whether it's there.
    if cfg!(target_os = "linux") {
        let any = own_addresses().pop().unwrap_or_default();
        let arguments = ["--queue", "1", "--time-limit", "60", &any];
        let (mut first, address) = run.serve_with(&arguments)?;
        let served = serves_a_client(run, address)?;
        let waiting = queue::fill(run, address, 1)?;
        run.to_end_without_listening(&[&address.to_string()])?.exited_with(1)?;
        first.still_runs()?;
        waiting.into_iter().for_each(Peer::close);
        served.close();
        is_alone_at_all_addresses(run)?;
    }
    Ok(())
}

/// A second run here ends, and the first one, there, serves on.
fn fails_beside(
    run: &mut Run,
    first: &mut Program,
    there: SocketAddr,
    here: SocketAddr,
) -> Outcome {
    run.to_end_without_listening(&[&here.to_string()])?.exited_with(1)?;
    first.still_runs()?;
    serves_a_client(run, there)?.close();
    Ok(())
}

/// A listener at all addresses keeps out one at any of them, and the reverse. (On Linux)
fn is_alone_at_all_addresses(run: &mut Run) -> Outcome {
    let one = private_loopback();
    let all = IpAddr::from(Ipv4Addr::UNSPECIFIED);
    for (held, wanted) in [(one, all), (all, one), (all, all)] {
        let held = SocketAddr::new(held, 0).to_string();
        let (mut first, address) = run.serve_with(&[&held])?;
        let wanted = SocketAddr::new(wanted, address.port());
        let there = SocketAddr::new(one, address.port());
        fails_beside(run, &mut first, there, wanted)
            .hint("Which addresses are in 0.0.0.0, and which option lets two listeners have one of them?")?;
    }
    Ok(())
}

/// A free port for this check alone, in each family that this machine has. (In IPv6 there's only one loopback
/// address. What a run leaves on its port keeps others from being given it.)
fn own_addresses() -> Vec<String> {
    own_ips().into_iter().map(|ip| SocketAddr::new(ip, 0).to_string()).collect()
}

fn restarts_after_closing_first(run: &mut Run) -> Outcome {
    for address in own_addresses() {
        restarts_after(run, &[&address], leaves_closing_first)?;
    }
    let own = SocketAddr::new(private_loopback(), 0).to_string();
    // It closes first because the client's time is over.
    restarts_after(run, &["--time-limit", "0.3", &own], |run, address| {
        let mut silent = run.connect(address)?;
        silent.receives_no_reply()?;
        let name = silent.local();
        silent.close();
        Ok(name)
    })
}

/// After a run with a client that does this, which leaves a connection in TIME_WAIT, the next one gets the port.
fn restarts_after(
    run: &mut Run,
    arguments: &[&str],
    client: impl Fn(&mut Run, SocketAddr) -> Outcome<SocketAddr>,
) -> Outcome {
    let first = Cell::new(None);
    run.while_in_time_wait(
        |run| {
            let (server, address) = run.serve_with(arguments)?;
            first.set(Some(server));
            Ok([address, client(run, address)?])
        },
        |run, [address, _]| {
            let first: Option<Program> = first.take();
            if let Some(mut server) = first {
                // For the report: what it has to say of its client.
                server.waits_until_idle();
                server.kill()?;
                let _server = restarts(run, address)?;
                serves_a_client(run, address)?.close();
            }
            Ok(())
        },
    )
}

fn restarts_after_a_kill(run: &mut Run) -> Outcome {
    own_addresses().iter().try_for_each(|address| restarts_after_a_kill_at(run, address))
}

fn restarts_after_a_kill_at(run: &mut Run, address: &str) -> Outcome {
    let (mut server, address) = run.serve_with(&[address])?;
    let mut client = run.connect(address)?;
    client.send(GREETING)?;
    // The reply proves that the server has accepted: a client that only waits in the queue would be
    // reset when the server dies, and would leave nothing on the port.
    client.receives(REPLY)?;
    let waiting = run.connect_as("a client in the queue", address)?;
    server.kill()?;
    let _next = restarts(run, address)
        .hint("Whose end of the connection is left, and what does the next `bind` want to know of it? And which processes have the listener?")?;
    serves_a_client(run, address)?.close();
    waiting.close();
    client.close();
    Ok(())
}

fn restarts_three_times(run: &mut Run) -> Outcome {
    let (mut server, address) = run.serve_on_own_address()?;
    for _ in 0..3 {
        for _ in 0..2 {
            // The second run must not come before the end of the first has to wait.
            run.while_in_time_wait(
                |run| Ok([address, leaves_closing_first(run, address)?]),
                |_, _| Ok(()),
            )?;
        }
        server.kill()?;
        server = restarts(run, address)?;
    }
    serves_a_client(run, address)?.close();
    Ok(())
}

/// A client that gets the whole reply and a clean end, and has not closed its own side yet.
pub fn serves_a_client(run: &mut Run, address: SocketAddr) -> Outcome<Peer> {
    let mut client = run.connect(address)?;
    client.send(GREETING)?;
    client.receives_all(REPLY)?;
    Ok(client)
}

/// A client that leaves closing first to the server, so that the server's end has to wait. Returns the
/// client's address.
fn leaves_closing_first(run: &mut Run, address: SocketAddr) -> Outcome<SocketAddr> {
    let client = serves_a_client(run, address)?;
    let name = client.local();
    client.close();
    Ok(name)
}

/// The next run, on the address of the one that has just ended.
fn restarts(run: &mut Run, address: SocketAddr) -> Outcome<Program> {
    let (server, again) = run.serve_with(&[&address.to_string()])?;
    let got = text!("it listens on {again}", again);
    run.ensure(text!("its address is {address} again", address), again == address, got)?;
    Ok(server)
}

fn gives_up_on_a_slow_sender(run: &mut Run) -> Outcome {
    run.with_deadline(|run, limit| {
        let (_, _, steady) =
            serves_the_next_after_a_slow_sender::<Greetings>(run, limit)?;
        Ok(steady)
    })
}

fn gives_a_client_time(run: &mut Run) -> Outcome {
    let [(_first, to_first), (_second, to_second)] = [run.serve()?, run.serve()?];
    let mut thinks = run.connect_as("a client that thinks first", to_first)?;
    let mut stays = serves_a_client(run, to_second)?;
    run.grants(PAUSE);
    thinks.receives_nothing_for(PAUSE)?;
    Greetings::is_served(&mut thinks)?;
    // Its second word has no reader if the server has closed.
    for _ in 0..3 {
        stays.send("more")?;
        let _ = stays.has_been_read()?;
    }
    Ok(())
}

/// One reply for each client, whatever it sends.
pub struct Greetings;

impl Protocol for Greetings {
    const SECTION: &'static str = SECTION;
    const MAKES_OTHERS_WAIT: bool = true;
    const REPLIES_AT_ONCE: bool = true;
    const HALF: &'static [u8] = b"\xe4\xbd";

    fn asks(client: &mut Peer) -> Outcome {
        client.send(GREETING)
    }

    fn is_answered(client: &mut Peer) -> Outcome {
        client.receives_all(REPLY)
    }

    fn sends_much(client: &mut Peer) -> Outcome {
        client.write_all(&[b'x'; 256 << 10], "the server reads the message")?;
        client.finish_sending()?;
        client.receives_all(REPLY)
    }
}
