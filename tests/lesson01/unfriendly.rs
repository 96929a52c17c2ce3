//! The first client of chapter 2.1 and the server that treats clients badly, and their recordings.

use std::net::SocketAddr;

use common::{GREETING, REPLY, TUTORIAL_ADDRESS};
use grader::{Check, Finished, Needs, Outcome, Program, Run, Subject, check};

pub const FACTS: &[Check] = &[
    check("unfriendly_server_is_what_it_is_told_to_be", is_what_it_is_told_to_be)
        .demands("The unfriendly server does to each client what its option says.")
        .section("02-1-client.html#four-ways-to-fail"),
    check("recording_client_first", record_the_first_client)
        .demands("The book shows the first client with a friendly server.")
        .section("02-1-client.html#a-first-client")
        .needs(Needs::Lesson("lesson02")),
    check("recording_client_first_refused", record_its_refusal)
        .demands("The book shows what an error of the first client looks like.")
        .section("02-1-client.html#the-repair")
        .needs(Needs::Linux),
    check("recording_client_silent", |run| {
        recorded(run, "silent", &["--time-limit", "2"], "client-silent", 1)
    })
    .demands("The book shows what lesson 1 says of a silent server.")
    .section("02-1-client.html#four-ways-to-fail"),
    check("recording_client_crash", |run| recorded(run, "crash", &[], "client-crash", 1))
        .demands("The book shows what lesson 1 says of a server that crashes.")
        .section("02-1-client.html#four-ways-to-fail")
        .needs(Needs::Linux),
    check("recording_client_latin_1", |run| recorded(run, "latin-1", &[], "client-latin-1", 1))
        .demands("The book shows what lesson 1 says of bytes that aren't UTF-8.")
        .section("02-1-client.html#four-ways-to-fail"),
    check("recording_client_endless", |run| recorded(run, "endless", &[], "client-endless", 1))
        .demands("The book shows what lesson 1 says of a reply without end.")
        .section("02-1-client.html#the-repair"),
    check("recording_client_half", record_half_a_reply)
        .demands("The book shows lesson 1 print half a reply, and call it success.")
        .section("lengths.html#the-end-proves-nothing"),
];

fn is_what_it_is_told_to_be(run: &mut Run) -> Outcome {
    let (mut server, address) = serve(run, "silent")?;
    let mut client = run.connect(address)?;
    client.send(GREETING)?;
    client.finish_sending()?;
    run.becomes_idle(&server)?;
    server.still_runs()?;
    let (_server, address) = serve(run, "slow")?;
    let mut client = run.connect(address)?;
    client.finish_sending()?;
    client.receives("xx")?;
    // It serves on.
    client.reset();
    let mut client = run.connect(address)?;
    client.finish_sending()?;
    client.receives("x")?;
    let (_server, address) = serve(run, "latin-1")?;
    let mut client = run.connect(address)?;
    client.finish_sending()?;
    client.receives_all(b"caf\xe9 au lait")?;
    let mut server =
        run.start_other(&Subject::built("unfriendly_server"), &["--be", "kind", "127.0.0.1:0"])?;
    server.exits_with(2)?;
    server.complains("no server is 'kind'")
}

fn record_the_first_client(run: &mut Run) -> Outcome {
    let first = run.wrong_program("first_client")?;
    let mut server = run.start_other(&Subject::built("lesson02"), &["127.0.0.1:0"])?;
    let address = server.listening()?.to_string();
    let mut client = run.start_other(&first, &[&address])?;
    client.exits_with(0)?;
    server.exits_with(0)?;
    let wrote = client.stdout();
    run.recorded(
        "client-first",
        &format!("$ cargo run -p lesson01 --example first_client\n{wrote}"),
    )
}

fn record_its_refusal(run: &mut Run) -> Outcome {
    let first = run.wrong_program("first_client")?;
    let closed = run.closed_port()?;
    let mut client = run.start_other(&first, &[&closed.address.to_string()])?;
    client.exits_with(1)?;
    let wrote = client.stderr();
    run.recorded(
        "client-first-refused",
        &format!("$ cargo run -p lesson01 --example first_client\n{wrote}"),
    )
}

/// What lesson 1 says to this server.
fn recorded(run: &mut Run, be: &str, options: &[&str], name: &str, code: i32) -> Outcome {
    let (address, client) = treated(run, be, options)?;
    let client = client.exited_with(code)?;
    let wrote = (client.stdout() + &client.stderr()).replace(&address, TUTORIAL_ADDRESS);
    let options = options.iter().map(|word| format!(" {word}")).collect::<String>();
    let dashes = if options.is_empty() { "" } else { " --" };
    run.recorded(name, &format!("$ cargo run -p lesson01{dashes}{options}\n{wrote}"))
}

fn record_half_a_reply(run: &mut Run) -> Outcome {
    let (_, client) = treated(run, "half", &[])?;
    let printed = &REPLY[..12];
    let client = client.said_exactly(&format!("{printed}\n"))?.exited_with(0)?;
    let wrote = client.stdout();
    run.recorded("client-half", &format!("$ cargo run -p lesson01\n{wrote}$ echo $?\n0\n"))
}

fn treated(run: &mut Run, be: &str, options: &[&str]) -> Outcome<(String, Finished)> {
    let (_server, address) = serve(run, be)?;
    let address = address.to_string();
    let mut client =
        run.start_other(&Subject::built("lesson01"), &[options, &[&address]].concat())?;
    Ok((address, client.finishes()?))
}

fn serve(run: &mut Run, be: &str) -> Outcome<(Program, SocketAddr)> {
    let arguments = ["--be", be, "127.0.0.1:0"];
    let mut server = run.start_other(&Subject::built("unfriendly_server"), &arguments)?;
    let address = server.listening()?;
    Ok((server, address))
}
