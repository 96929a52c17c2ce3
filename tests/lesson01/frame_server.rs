//! The server for exercise 1, with which a reader tries a client by hand.

use common::{GREETING, REPLY};
use grader::{Check, Outcome, Program, Run, Subject, check};

use crate::frames::frame;

pub const FACTS: &[Check] = &[
    check("frame_server_answers", answers)
        .demands("The server answers one client after another, each with a frame.")
        .section("02-1-client.html#exercise"),
    check("frame_server_cuts_its_reply_off", cuts_its_reply_off)
        .demands("With --cut the server sends so many bytes of the frame and closes.")
        .section("02-1-client.html#exercise"),
    check("a_killed_server_ends_the_stream", a_killed_server_ends_the_stream)
        .demands("A server that is killed in the middle of its reply ends the stream as if it had closed.")
        .section("02-1-client.html#exercise"),
    check("solution_and_frame_server", solution_and_frame_server)
        .demands("Exercise 1's solution prints what the server answers, and no part of it.")
        .section("02-1-client.html#exercise"),
];

fn answers(run: &mut Run) -> Outcome {
    let (mut server, address) = serve(run, &[])?;
    let mut waits = run.connect(address)?;
    // This one breaks off, and is none of the next one's business.
    run.connect(address)?.reset();
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

fn serve(run: &mut Run, options: &[&str]) -> Outcome<(Program, std::net::SocketAddr)> {
    let arguments = [options, &["127.0.0.1:0"]].concat();
    let mut server = run.start_other(&Subject::built("frame_server"), &arguments)?;
    let address = server.listening()?;
    Ok((server, address))
}
