//! The reference pages: what `ss`, `/proc/net/tcp`, `strace` and `tcpdump` show of the lessons, and what
//! std does without being asked.
//!
//! The page "Looking at sockets yourself" shows these recordings. Each is made by the command that it
//! begins with, but for the server's address: the suite's servers have ports that the kernel picked.
//! (The ends of strace's and of tcpdump's, from `2>&1` and `| cut` on, are done here: the check has to
//! see what comes while it comes.)

use std::io::{ErrorKind, Read};
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use common::sockets::{self, State};
use common::{GREETING, REPLY, TUTORIAL_ADDRESS};
use grader::{Check, Needs, Outcome, Peer, Program, Run, Subject, check, uninterrupted};
use socket2::{Domain, SockRef, Socket, Type};

/// A capture on the loopback device needs a privilege (packet(7)).
const TCPDUMP: Needs = Needs::LinuxAndRight(&["tcpdump", "-L", "-i", "lo"]);

/// Some machines do not let one process trace another (ptrace(2)).
const STRACE: Needs = Needs::LinuxAndRight(&["strace", "-o", "/dev/null", "true"]);

pub const FACTS: &[Check] = &[
    check("recording_looking_ss", record_ss)
        .demands("The book shows a listener with its queue and its connections, as ss lists them.")
        .section("looking.html#ss-all-sockets-in-a-table")
        .needs(Needs::LinuxAnd("ss")),
    check("recording_looking_time_wait", record_time_wait)
        .demands("The book shows, as ss lists it, the connection that a server leaves behind.")
        .section("looking.html#ss-all-sockets-in-a-table")
        .needs(Needs::LinuxAnd("ss")),
    check("recording_looking_info", record_tcp_info)
        .demands("The book shows what the kernel counts for a connection, as ss asks for it.")
        .section("looking.html#what-the-kernel-counts")
        .needs(Needs::LinuxAnd("ss")),
    check("recording_looking_proc", record_proc)
        .demands("The book shows the same sockets in the kernel's own list.")
        .section("looking.html#procnettcp-the-kernels-own-list")
        .needs(Needs::Linux),
    check("recording_looking_strace", record_strace)
        .demands("The book shows the system calls of lesson 2.")
        .section("looking.html#strace-what-the-program-asks-for")
        .needs(STRACE),
    check("recording_looking_tcpdump", record_tcpdump)
        .demands("The book shows the packets that begin and end lesson 2's conversation.")
        .section("looking.html#tcpdump-what-the-kernels-send")
        .needs(TCPDUMP),
    check("recording_looking_reset", record_a_reset)
        .demands("The book shows the reset that the tutorial's bug sends.")
        .section("looking.html#tcpdump-what-the-kernels-send")
        .needs(TCPDUMP),
    check("std_sets_reuse_address", std_sets_reuse_address)
        .demands("std's TcpListener::bind sets SO_REUSEADDR.")
        .section("python-to-rust.html#the-calls")
        .needs(Needs::Unix),
    check("a_read_that_times_out", a_read_that_times_out)
        .demands("On Unix a read whose time is up fails with WouldBlock.")
        .section("python-to-rust.html#the-errors")
        .needs(Needs::Unix),
];

/// Three sockets of one server: its listener, a silent client that it serves, and a client in the queue
/// that has sent its message and finished sending.
struct Crowd {
    _server: Program,
    address: SocketAddr,
    _silent: Peer,
    queued: Peer,
}

fn crowd(run: &mut Run) -> Outcome<Crowd> {
    let mut server = run.start_other(&Subject::built("lesson02"), &[&own_address()])?;
    let address = server.listening()?;
    let silent = run.connect(address)?;
    server.says("connected")?;
    let mut queued = run.connect(address)?;
    queued.send(GREETING)?;
    queued.finish_sending()?;
    run.state(address, queued.local(), State::CloseWait)?;
    Ok(Crowd { _server: server, address, _silent: silent, queued })
}

/// With old connections on the port, a tool would list those too.
pub fn own_address() -> String {
    SocketAddr::new(grader::private_loopback(), 0).to_string()
}

/// Runs a command line to its end: what it wrote.
pub fn shell(run: &mut Run, line: &str) -> Outcome<String> {
    let mut shell = run.start_other(&Subject::tool(&["sh", "-c"]), &[line])?;
    shell.exits_with(0)?;
    Ok(shell.stdout())
}

/// The terminal on the tutorial's address, its columns as they were.
pub fn shown(command: &str, output: &str, address: SocketAddr) -> String {
    let (ip, port) = TUTORIAL_ADDRESS.split_once(':').expect("an address");
    let width = address.ip().to_string().len();
    let in_columns = format!("{ip:>width$}:{port:<5}");
    let output = output.replace(&address.to_string(), &in_columns);
    let lines = output.lines().map(|line| format!("{}\n", line.trim_end()));
    format!("$ {command}\n{}", lines.collect::<String>())
}

fn record_ss(run: &mut Run) -> Outcome {
    let crowd = crowd(run)?;
    let command = |address: &str| format!("ss -tan src {address} | sort -r");
    let output = shell(run, &command(&crowd.address.to_string()))?;
    let text = shown(&command(TUTORIAL_ADDRESS), &output, crowd.address);
    run.recorded("looking-ss", &text)
}

fn record_time_wait(run: &mut Run) -> Outcome {
    run.while_in_time_wait(
        |run| {
            let mut server = run.start_other(&Subject::built("lesson02"), &[&own_address()])?;
            let address = server.listening()?;
            let mut client = run.connect(address)?;
            client.send(GREETING)?;
            client.receives_all(REPLY)?;
            let peer = client.local();
            client.close();
            server.exits_with(0)?;
            Ok([address, peer])
        },
        |run, [address, _]| {
            let command = |address: &str| format!("ss -tan src {address}");
            let output = shell(run, &command(&address.to_string()))?;
            let text = shown(&command(TUTORIAL_ADDRESS), &output, address);
            run.recorded("looking-time-wait", &text)
        },
    )
}

fn record_tcp_info(run: &mut Run) -> Outcome {
    let crowd = crowd(run)?;
    // The server's end can be in CLOSE_WAIT before the client has the acknowledgement.
    run.state(crowd.queued.local(), crowd.address, State::FinWait2)?;
    let command = |address: &str| {
        let fields = r"\b(rto|mss|cwnd|bytes_[a-z]*):[^ ]*";
        format!("ss -tinH state fin-wait-2 dst {address} | grep -oE '{fields}'")
    };
    let output = shell(run, &command(&crowd.address.to_string()))?;
    run.recorded("looking-info", &format!("$ {}\n{output}", command(TUTORIAL_ADDRESS)))
}

fn record_proc(run: &mut Run) -> Outcome {
    let crowd = crowd(run)?;
    let command = |end: &str| {
        let columns = "{print $2, $3, $4, $5}";
        format!("awk '$2 == \"{end}\" {columns}' /proc/net/tcp | sort -r -k 3 | uniq")
    };
    let end = sockets::field(crowd.address);
    let tutorial = sockets::field(TUTORIAL_ADDRESS.parse().expect("an address"));
    let output = shell(run, &command(&end))?.replace(&end, &tutorial);
    let text = format!("$ {}\n{output}", command(&tutorial));
    run.recorded("looking-proc", &text)
}

fn record_strace(run: &mut Run) -> Outcome {
    let strace = ["strace", "-s", "6", "-e", "trace=%network"];
    // Its first socket is descriptor 3 only if it has inherited none: from `make`, say.
    let none = "exec 3<&- 4<&- 5<&- 6<&- 7<&- 8<&- 9<&-; exec \"$@\"";
    let server = Subject::built("lesson02").through(&strace).through(&["sh", "-c", none, "sh"]);
    let mut server = run.start_other(&server, &["127.0.0.1:0"])?;
    let address = server.listening()?;
    let mut client = run.connect(address)?;
    client.send(GREETING)?;
    client.finish_sending()?;
    client.receives_all(REPLY)?;
    server.exits_with(0)?;
    let command =
        "strace -s 6 -e trace=%network target/debug/lesson02 2>&1 >/dev/null | grep -v TIMEO";
    let calls = server.stderr().replace("htons(0)", "htons(9090)");
    let calls = calls.replace(&format!("htons({})", address.port()), "htons(9090)");
    let calls = calls.lines().filter(|line| !line.contains("TIMEO"));
    let calls = calls.map(|line| format!("{line}\n")).collect::<String>();
    run.recorded("looking-strace", &format!("$ {command}\n{calls}"))
}

fn record_tcpdump(run: &mut Run) -> Outcome {
    record_packets(run, "looking-tcpdump", &Subject::built("lesson02"), 0)
}

fn record_a_reset(run: &mut Run) -> Outcome {
    let wrong = run.wrong_program("recv_on_listener")?;
    record_packets(run, "looking-reset", &wrong, 1)
}

/// The packets with SYN, FIN or RST of one conversation; there are four, whether it ends well or not.
fn record_packets(run: &mut Run, name: &str, server: &Subject, exit_code: i32) -> Outcome {
    const CONDITION: &str = "tcp[tcpflags] & (tcp-syn|tcp-fin|tcp-rst) != 0";
    let mut server = run.start_other(server, &[&own_address()])?;
    let address = server.listening()?;
    let mut capture = capture(run, address.ip(), CONDITION)?;
    // Asleep until the client has finished sending: so the order of the packets is always the same.
    server.suspend()?;
    let mut client = run.connect(address)?;
    client.send(GREETING)?;
    client.finish_sending()?;
    run.state(address, client.local(), State::CloseWait)?;
    server.resume()?;
    server.exits_with(exit_code)?;
    let end = |address: &str| address.replace(':', ".");
    let ours = end(&address.to_string());
    let packets = run.until("tcpdump shows four packets", || {
        let output = capture.stdout();
        let packets = output.lines().filter(|line| line.contains(&ours));
        let flags: Vec<_> = packets.filter_map(|line| line.split(',').next()).collect();
        (flags.len() == 4).then(|| flags.join("\n"))
    })?;
    capture.kill()?;
    let packets = packets.replace(&ours, &end(TUTORIAL_ADDRESS));
    let command = format!("tcpdump -lnti lo \\\n    'tcp port 9090 and {CONDITION}'");
    run.recorded(name, &format!("$ {command} | cut -d , -f 1\n{packets}\n"))
}

/// Starts tcpdump for this address of ours. It says `listening` a little before it does, so we knock
/// at a port where nobody listens until we see that.
fn capture(run: &mut Run, ours: IpAddr, condition: &str) -> Outcome<Program> {
    let condition = format!("host {ours} and {condition}");
    let tcpdump = Subject::tool(&["tcpdump", "--immediate-mode", "-lnti", "lo"]);
    let mut capture = run.start_other(&tcpdump, &[&condition])?;
    capture.complains("listening on lo")?;
    let socket = run.attempt("a socket", Socket::new(Domain::IPV4, Type::STREAM, None))?;
    run.attempt("bind it", socket.bind(&SocketAddr::new(ours, 0).into()))?;
    let nobody = run.attempt("its address", socket.local_addr())?;
    let nobody = nobody.as_socket().expect("an IP socket");
    run.until("tcpdump sees who knocks", || {
        let refused = TcpStream::connect(nobody).is_err();
        (refused && capture.stdout().contains(&nobody.port().to_string())).then_some(())
    })?;
    Ok(capture)
}

fn std_sets_reuse_address(run: &mut Run) -> Outcome {
    let listener = run.attempt("bind", TcpListener::bind("127.0.0.1:0"))?;
    let set = run.attempt("ask for SO_REUSEADDR", SockRef::from(&listener).reuse_address())?;
    run.ensure("it is set", set, "it is not")
}

fn a_read_that_times_out(run: &mut Run) -> Outcome {
    let mut listener = run.listen()?;
    let client = run.connect(listener.address())?;
    let _silent = listener.accept()?;
    let limit = Some(Duration::from_millis(1));
    run.attempt("set a time limit", client.stream().set_read_timeout(limit))?;
    let read = uninterrupted(|| client.stream().read(&mut [0; 64]));
    run.fails("reading", read, ErrorKind::WouldBlock)
}
