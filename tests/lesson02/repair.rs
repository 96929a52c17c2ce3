//! The debugging session of chapter 2.2: each symptom, what `ss` shows of it, and the run after the repair.

use std::net::SocketAddr;

use common::{GREETING, REPLY, TUTORIAL_ADDRESS};
use grader::{Check, Needs, Outcome, Program, Run, Subject, check, lesson_folder};

use crate::looking::{own_address, shell, shown};

pub const FACTS: &[Check] = &[
    check("recording_server_first", record_the_first_server)
        .demands("The book shows the first server with a friendly client.")
        .section("02-2-server.html#a-first-server"),
    check("recording_server_two_sockets", record_two_sockets)
        .demands("The book shows, as ss lists them, a listener and a connection.")
        .section("02-2-server.html#look-over-the-kernels-shoulder")
        .needs(Needs::LinuxAnd("ss")),
    check("recording_server_unread", record_unread_input)
        .demands("The book shows a message of which most is unread, and what its client gets.")
        .section("02-2-server.html#after-the-reply")
        .needs(Needs::LinuxAnd("ss")),
    check("recording_server_read_all", record_the_long_message)
        .demands("The book shows that a server which reads all of a message can reply to it.")
        .section("02-2-server.html#after-the-reply"),
    check("recording_server_deadlock", record_the_deadlock)
        .demands("The book shows a client and a server that wait for each other.")
        .section("02-2-server.html#one-read-is-not-one-message")
        .needs(Needs::LinuxAnd("ss")),
    check("recording_server_reply_first", record_the_reply)
        .demands("The book shows that a server which replies first serves the tutorial's client.")
        .section("02-2-server.html#one-read-is-not-one-message")
        .needs(Needs::Program("python3")),
    check("recording_server_silent", record_a_silent_client)
        .demands("The book shows what lesson 2 says of a client that says nothing.")
        .section("02-2-server.html#the-repair"),
];

/// A message that is longer than one read of 1024 bytes, as the book's reader types it.
const LONG: &str = "--message \"$(printf %05000d 0)\"";

fn long_message() -> String {
    "0".repeat(5000)
}

fn started(run: &mut Run, name: &str) -> Outcome<(Program, SocketAddr)> {
    let server = run.wrong_program(name)?;
    let mut server = run.start_other(&server, &[&own_address()])?;
    let address = server.listening()?;
    Ok((server, address))
}

fn tutorials_client(run: &mut Run, address: SocketAddr) -> Outcome<Program> {
    let client = Subject::python("mended.py", lesson_folder("lesson01").join("mended.py"));
    run.start_other(&client, &[&address.to_string()])
}

/// The server's sockets, on the tutorial's address.
fn sockets_of(run: &mut Run, address: SocketAddr) -> Outcome<String> {
    let command = |address: &str| format!("ss -tan src {address}");
    let output = shell(run, &command(&address.to_string()))?;
    Ok(shown(&command(TUTORIAL_ADDRESS), &output, address))
}

fn record_the_first_server(run: &mut Run) -> Outcome {
    let (mut server, address) = started(run, "first_server")?;
    let mut client = run.start_other(&Subject::built("lesson01"), &[&address.to_string()])?;
    client.exits_with(0)?;
    server.exits_with(0)?;
    let said = server.stdout().replace(&address.to_string(), TUTORIAL_ADDRESS);
    run.recorded("server-first", &format!("$ cargo run -p lesson02 --example first_server\n{said}"))
}

fn record_two_sockets(run: &mut Run) -> Outcome {
    let (mut server, address) = started(run, "first_server")?;
    let _silent = run.connect(address)?;
    server.says("connected")?;
    let listed = sockets_of(run, address)?;
    run.recorded("server-two-sockets", &listed)
}

fn record_unread_input(run: &mut Run) -> Outcome {
    let (mut server, address) = started(run, "first_server")?;
    server.suspend()?;
    run.until("it has stopped", || server.is_stopped().then_some(()))?;
    let message = long_message();
    let arguments = ["--message", &message, &address.to_string()];
    let mut client = run.start_other(&Subject::built("lesson01"), &arguments)?;
    // Its message and its end have arrived.
    let listed = run.until("all of the message is there", || {
        let sockets = common::sockets::sockets_at(address)?;
        let is_there = |socket: &common::sockets::Socket| socket.receive_queue == 5001;
        sockets.iter().any(is_there).then_some(())
    });
    listed?;
    let listed = sockets_of(run, address)?;
    run.recorded("server-unread", &listed)?;
    server.resume()?;
    server.exits_with(0)?;
    client.exits_with(1)?;
    let wrote = client.stderr().replace(&address.to_string(), TUTORIAL_ADDRESS);
    run.recorded("server-unread-client", &format!("$ cargo run -p lesson01 -- {LONG}\n{wrote}"))
}

fn record_the_long_message(run: &mut Run) -> Outcome {
    let (mut server, address) = started(run, "read_all_server")?;
    let message = long_message();
    let arguments = ["--message", &message, &address.to_string()];
    let mut client = run.start_other(&Subject::built("lesson01"), &arguments)?;
    client.exits_with(0)?;
    server.exits_with(0)?;
    let wrote = client.stdout();
    run.recorded("server-read-all", &format!("$ cargo run -p lesson01 -- {LONG}\n{wrote}"))
}

fn record_the_deadlock(run: &mut Run) -> Outcome {
    let (mut server, address) = started(run, "read_all_server")?;
    // The tutorial's client: it doesn't finish sending before it has the reply.
    let mut client = run.connect(address)?;
    client.send(GREETING)?;
    let _ = client.has_been_read()?;
    run.becomes_idle(&server)?;
    client.receives_nothing_for(std::time::Duration::from_millis(100))?;
    server.still_runs()?;
    let listed = sockets_of(run, address)?;
    run.recorded("server-deadlock", &listed)
}

fn record_the_reply(run: &mut Run) -> Outcome {
    let (mut server, address) = started(run, "reply_first_server")?;
    let mut client = tutorials_client(run, address)?;
    client.exits_with(0)?;
    server.exits_with(0)?;
    let wrote = client.stdout();
    run.ensure("it is the reply", wrote.trim_end() == REPLY, &wrote)?;
    run.recorded("server-reply-first", &format!("$ python3 lessons/lesson01/mended.py\n{wrote}"))
}

fn record_a_silent_client(run: &mut Run) -> Outcome {
    let arguments = ["--time-limit", "2", &own_address()];
    let mut server = run.start_other(&Subject::built("lesson02"), &arguments)?;
    let address = server.listening()?;
    let _silent = run.connect(address)?;
    let ended = server.finishes()?.exited_with(1)?;
    let wrote = (ended.stdout() + &ended.stderr()).replace(&address.to_string(), TUTORIAL_ADDRESS);
    run.recorded("server-silent", &format!("$ cargo run -p lesson02 -- --time-limit 2\n{wrote}"))
}
