//! The server for exercise 1, with which a reader tries a client by hand.

use common::{GREETING, REPLY, TUTORIAL_ADDRESS};
use grader::{Check, Needs, Outcome, Program, Run, Subject, check, is_wine};

use crate::frames::frame;

pub const FACTS: &[Check] = &[
    check("frame_server_answers", answers)
        .demands("The server answers one client after another, each with a frame.")
        .section("lengths.html#exercise"),
    check("frame_server_cuts_its_reply_off", cuts_its_reply_off)
        .demands("With --cut the server sends so many bytes of the frame and closes.")
        .section("lengths.html#exercise"),
    check("a_killed_server_ends_the_stream", a_killed_server_ends_the_stream)
        .demands("A server that is killed in the middle of its reply ends the stream as if it had closed.")
        .section("lengths.html#exercise"),
    check("solution_and_frame_server", solution_and_frame_server)
        .demands("Exercise 1's solution prints what the server answers, and no part of it.")
        .section("lengths.html#exercise"),
    check("recording_lengths_frame", record_a_frame)
        .demands("The book shows the bytes of a frame.")
        .section("lengths.html#a-length-in-front")
        .needs(Needs::Program("nc")),
    check("recording_lengths_cut", record_a_frame_that_is_cut)
        .demands("The book shows what a client that knows the length says of half a reply.")
        .section("lengths.html#a-length-in-front"),
    check("recording_lengths_little_endian", record_the_wrong_order)
        .demands("The book shows a length that is read from the wrong end.")
        .section("lengths.html#three-ways-to-get-it-wrong"),
    check("recording_lengths_take", record_what_has_come)
        .demands("The book shows a client that knows the length, and is content with less.")
        .section("lengths.html#three-ways-to-get-it-wrong"),
];

fn answers(run: &mut Run) -> Outcome {
    let (mut server, address) = serve(run, &[])?;
    let mut waits = run.connect(address)?;
    // This one breaks off, and is none of the next one's business. (In Wine, `accept` fails for it.)
    if !is_wine() {
        run.connect(address)?.reset();
    }
    waits.send(GREETING)?;
    waits.finish_sending()?;
    waits.receives_all(frame(REPLY))?;
    let mut last = run.connect(address)?;
    last.finish_sending()?;
    last.receives_all(frame(REPLY))?;
    server.still_runs()?;
    let text = run.text(200);
    let (_server, address) = serve(run, &["--reply", &text])?;
    let mut client = run.connect(address)?;
    client.finish_sending()?;
    client.receives_all(frame(&text))
}

fn cuts_its_reply_off(run: &mut Run) -> Outcome {
    let reply = frame(REPLY);
    for count in [0, 3, 10, reply.len(), reply.len() + 1] {
        let (_server, address) = serve(run, &["--cut", &count.to_string()])?;
        let mut client = run.connect(address)?;
        client.send(GREETING)?;
        client.finish_sending()?;
        client.receives_all(&reply[..count.min(reply.len())])?;
    }
    Ok(())
}

fn a_killed_server_ends_the_stream(run: &mut Run) -> Outcome {
    let (mut server, address) = serve(run, &["--stall", "10"])?;
    let mut client = run.connect(address)?;
    client.send(GREETING)?;
    client.finish_sending()?;
    client.receives(&frame(REPLY)[..10])?;
    server.kill()?;
    client.receives_end()
}

fn solution_and_frame_server(run: &mut Run) -> Outcome {
    for (options, printed, code) in
        [(&[][..], format!("{REPLY}\n"), 0), (&["--cut", "10"], String::new(), 1)]
    {
        let (_server, address) = serve(run, options)?;
        let mut client = run.start_other(&Subject::built("solution01"), &[&address.to_string()])?;
        client.finishes()?.said_exactly(&printed)?.exited_with(code)?;
    }
    Ok(())
}

fn record_a_frame(run: &mut Run) -> Outcome {
    let (_server, address) = serve(run, &["--reply", "hi"])?;
    let (host, port) = (address.ip().to_string(), address.port().to_string());
    let line = "nc -N \"$0\" \"$1\" < /dev/null | od -An -tx1";
    let mut shell = run.start_other(&Subject::tool(&["sh", "-c", line, &host]), &[&port])?;
    shell.exits_with(0)?;
    let shown = shell.stdout();
    run.ensure("it is a frame", shown.trim() == "00 00 00 02 68 69", &shown)?;
    let command = "nc -N 127.0.0.1 9090 < /dev/null | od -An -tx1";
    run.recorded("lengths-frame", &format!("$ {command}\n{shown}"))
}

/// What a client says to a server with these options; it has ended with this code.
fn record(run: &mut Run, options: &[&str], client: &Subject, how: &str, name: &str) -> Outcome {
    let (_server, address) = serve(run, options)?;
    let address = address.to_string();
    let mut client = run.start_other(client, &[&address])?;
    let client = client.finishes()?.exited_with(1)?.said_exactly("")?;
    let wrote = client.stderr().replace(&address, TUTORIAL_ADDRESS);
    run.recorded(name, &format!("$ cargo run -p lesson01 {how}\n{wrote}"))
}

fn record_a_frame_that_is_cut(run: &mut Run) -> Outcome {
    let solution = Subject::built("solution01");
    record(run, &["--cut", "16"], &solution, "--bin solution01", "lengths-cut")
}

fn record_the_wrong_order(run: &mut Run) -> Outcome {
    let wrong = run.wrong_program("little_endian")?;
    record(run, &[], &wrong, "--example little_endian", "lengths-little-endian")
}

fn record_what_has_come(run: &mut Run) -> Outcome {
    let wrong = run.wrong_program("takes_what_has_come")?;
    let (_server, address) = serve(run, &["--cut", "16"])?;
    let mut client = run.start_other(&wrong, &[&address.to_string()])?;
    let client = client.finishes()?.exited_with(0)?;
    let command = "cargo run -p lesson01 --example takes_what_has_come";
    run.recorded("lengths-take", &format!("$ {command}\n{}$ echo $?\n0\n", client.stdout()))
}

fn serve(run: &mut Run, options: &[&str]) -> Outcome<(Program, std::net::SocketAddr)> {
    let arguments = [options, &["127.0.0.1:0"]].concat();
    let mut server = run.start_other(&Subject::built("frame_server"), &arguments)?;
    let address = server.listening()?;
    Ok((server, address))
}
