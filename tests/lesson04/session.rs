//! The recordings of the two debugging sessions in chapter 3: bytes that have to become lines, and the
//! three bugs of the tutorial's server, each of which hides the next.
//!
//! Each is made by the command that it begins with, but for the server's address.

use std::net::SocketAddr;

use common::{GREETING, REPLY, TUTORIAL_ADDRESS};
use grader::{
    Check, Needs, Outcome, Program, Run, Subject, check, private_loopback, without_frames,
    workspace,
};

use crate::facts::{python, start};

/// Netcat as OpenBSD has it: with `-N`, it finishes sending when its input ends.
const NC: Needs =
    Needs::LinuxAndRight(&["sh", "-c", "nc -h 2>&1 | grep -q 'Shutdown the network'"]);

pub const FACTS: &[Check] = &[
    check("record_reads_for_lines", record_reads_for_lines)
        .demands("The book shows three lines that get one answer, since one read returned them all.")
        .section("lines.html#chunks-arent-lines")
        .needs(NC),
    check("record_a_reader_for_each_line", record_a_reader_for_each_line)
        .demands("The book shows that a new reader for each line loses what the last one had read ahead.")
        .section("lines.html#one-reader-for-the-whole-conversation")
        .needs(NC),
    check("record_lines", record_lines)
        .demands("The book shows that the line server answers each line, and a last one without its end.")
        .section("lines.html#bufreader-and-read_until")
        .needs(NC),
    check("record_swapped_arguments", record_swapped_arguments)
        .demands("The book shows what the tutorial's server says of its swapped arguments.")
        .section("03-threads.html#what-goes-wrong")
        .needs(Needs::Python(10)),
    check("record_a_hanging_client", record_a_hanging_client)
        .demands("The book shows the hanging client's connection, its message unread, as ss lists it.")
        .section("03-threads.html#what-goes-wrong")
        .needs(Needs::LinuxAnd("ss")),
    check("record_two_encodings", record_two_encodings)
        .demands("The book shows that the server with its arguments in order can't decode its client.")
        .section("03-threads.html#what-goes-wrong")
        .needs(Needs::Python(10)),
    check("record_closed_in_the_loop", record_closed_in_the_loop)
        .demands("The book shows that the server with the right encoding reads from a closed socket.")
        .section("03-threads.html#what-goes-wrong")
        .needs(Needs::Python(10)),
    check("record_a_deprecated_call", record_a_deprecated_call)
        .demands("The book shows the server with three bugs mended: it serves, and Python warns (C8).")
        .section("03-threads.html#what-goes-wrong")
        .needs(Needs::Python(10)),
];

/// Sends these three lines at once, the last without its end, and records what comes back.
fn record_visit(run: &mut Run, server: &Subject, name: &str) -> Outcome {
    let mut server = run.start_other(server, &["127.0.0.1:0"])?;
    let port = server.listening()?.port();
    let command = |port: u16| format!(r"printf 'one\ntwo\nthree' | nc -N 127.0.0.1 {port}");
    let mut client = run.start_other(&Subject::tool(&["sh", "-c"]), &[&command(port)])?;
    client.exits_with(0)?;
    run.recorded(name, &format!("$ {}\n{}", command(9090), client.stdout()))
}

fn record_reads_for_lines(run: &mut Run) -> Outcome {
    let server = run.wrong_program("answers_each_read")?;
    record_visit(run, &server, "lines-each-read")
}

fn record_a_reader_for_each_line(run: &mut Run) -> Outcome {
    let server = run.wrong_program("new_reader_per_line")?;
    record_visit(run, &server, "lines-new-reader")
}

fn record_lines(run: &mut Run) -> Outcome {
    let server = run.wrong_program("line_server")?;
    record_visit(run, &server, "lines-run")
}

/// What one of the Python servers has written by now, as the book shows it.
fn shown(server: &Program, address: SocketAddr, file: &str) -> String {
    let said = server.stdout().replace(&address.to_string(), TUTORIAL_ADDRESS);
    let errors = server.stderr();
    // Without the warning of C8, which has a recording of its own.
    let start = errors.find("Exception in thread").unwrap_or(errors.len());
    format!("$ python3 lessons/lesson04/{file}\n{said}{}", without_frames(&errors[start..]))
}

fn record_swapped_arguments(run: &mut Run) -> Outcome {
    let (mut server, client) = start(run, "original.py")?;
    server.complains("has no attribute 'recv'\n")?;
    server.kill()?;
    run.recorded("threads-original", &shown(&server, client.remote(), "original.py"))
}

fn record_a_hanging_client(run: &mut Run) -> Outcome {
    // With old connections on the port, `ss` would list those too.
    let own = SocketAddr::new(private_loopback(), 0).to_string();
    let mut server = run.start_other(&python("original.py"), &[&own])?;
    let address = server.listening()?;
    let mut client = run.connect(address)?;
    client.send(GREETING)?;
    server.complains("AttributeError")?;
    run.message_waits_at(address)?;
    let command = |address: &str| format!("ss -tan src {address}");
    let tool = Subject::tool(&["sh", "-c"]);
    let mut ss = run.start_other(&tool, &[&command(&address.to_string())])?;
    ss.exits_with(0)?;
    let (ip, port) = TUTORIAL_ADDRESS.split_once(':').expect("an address");
    let width = address.ip().to_string().len();
    let output = ss.stdout().replace(&address.to_string(), &format!("{ip:>width$}:{port:<5}"));
    let lines: String = output.lines().map(|line| format!("{}\n", line.trim_end())).collect();
    run.recorded("threads-hanging", &format!("$ {}\n{lines}", command(TUTORIAL_ADDRESS)))
}

fn record_two_encodings(run: &mut Run) -> Outcome {
    let (mut server, mut client) = start(run, "arguments_mended.py")?;
    client.send(GREETING)?;
    server.complains("plete multibyte sequence\n")?;
    server.kill()?;
    run.recorded("threads-encoding", &shown(&server, client.remote(), "arguments_mended.py"))
}

fn record_closed_in_the_loop(run: &mut Run) -> Outcome {
    let (mut server, mut client) = start(run, "encoding_mended.py")?;
    client.send(GREETING)?;
    client.receives_all(REPLY)?;
    server.says(&format!("{GREETING}\n"))?;
    server.complains("Bad file descriptor\n")?;
    server.kill()?;
    run.recorded("threads-closed", &shown(&server, client.remote(), "encoding_mended.py"))
}

fn record_a_deprecated_call(run: &mut Run) -> Outcome {
    let (mut server, mut first) = start(run, "close_mended.py")?;
    let address = first.remote();
    first.send(GREETING)?;
    first.receives(REPLY)?;
    let mut second = run.connect(address)?;
    second.send(GREETING)?;
    second.receives(REPLY)?;
    let second_name = second.local();
    second.close();
    server.says(&format!("{second_name} went offline\n"))?;
    let first_name = first.local();
    first.close();
    server.says(&format!("{first_name} went offline\n"))?;
    server.kill()?;
    let said = server.stdout().replace(&address.to_string(), TUTORIAL_ADDRESS);
    let folder = format!("{}/", workspace().display());
    let errors = server.stderr().replace(&folder, "");
    run.recorded(
        "threads-warned",
        &format!("$ python3 lessons/lesson04/close_mended.py\n{said}{errors}"),
    )
}
