//! What chapter 2.1 says of clients, as experiments, and its recordings.

use common::{GREETING, REPLY, TUTORIAL_ADDRESS};
use grader::{Check, Needs, Outcome, Run, Subject, check, lesson_folder};

pub const FACTS: &[Check] = &[
    check("C1_a_placeholder_is_not_an_address", a_placeholder_is_not_an_address)
        .demands("The tutorial's client looks its placeholder up as a name, and fails.")
        .section("02-1-client.html#what-goes-wrong")
        .needs(Needs::Program("python3")),
    check("C9_five_writes_one_read", five_writes_one_read)
        .demands("Five writes can arrive in one read: TCP keeps no borders between messages.")
        .section("02-1-client.html#one-read-is-not-one-reply"),
    check("C9_one_write_many_reads", one_write_many_reads)
        .demands("One write of 3000 bytes takes at least three reads of 1024.")
        .section("02-1-client.html#one-read-is-not-one-reply"),
    check("C9_a_read_can_cut_a_character", a_read_can_cut_a_character)
        .demands("The first 1024 of 1200 bytes end inside a character.")
        .section("02-1-client.html#one-read-is-not-one-reply"),
    check("recording_readme_refused", record_a_refusal)
        .demands("The cheat sheet shows what a client says when no program listens.")
        .section("cheat-sheet.html#what-every-program-does")
        .needs(Needs::Linux),
    check("recording_client_original", record_the_original)
        .demands("The book shows how the tutorial's client fails.")
        .section("02-1-client.html#what-goes-wrong")
        .needs(Needs::Program("python3")),
    check("recording_client_placeholder", record_a_placeholder)
        .demands("The book shows how lesson 1 refuses the tutorial's placeholder.")
        .section("02-1-client.html#what-goes-wrong"),
    check("recording_client_one_recv", record_one_recv)
        .demands("The book shows how one read cuts a character.")
        .section("02-1-client.html#one-read-is-not-one-reply"),
    check("recording_client_gbk", record_the_wrong_encoding)
        .demands("The book shows what a wrong encoding looks like.")
        .section("03-threads.html#two-encodings"),
    check("recording_pair", record_the_pair)
        .demands("The book shows lesson 1 and lesson 2 in two terminals.")
        .section("02-1-client.html#run-it")
        .needs(Needs::Lesson("lesson02")),
];

fn a_placeholder_is_not_an_address(run: &mut Run) -> Outcome {
    let file = lesson_folder("lesson01").join("original.py");
    let mut original = run.start_other(&Subject::python("original.py", file), &[])?;
    original.exits_with(1)?;
    original.complains("gaierror")
}

fn five_writes_one_read(run: &mut Run) -> Outcome {
    let (mut sender, receiver) = pair(run)?;
    for number in 1..=5 {
        sender.send(format!("message {number};"))?;
    }
    let mut buffer = [0; 1024];
    // Wait until all of it is in the receive buffer, without taking anything out.
    let mut stream = receiver.stream();
    run.until("50 bytes are in the receive buffer", || {
        stream.peek(&mut buffer).ok().filter(|&count| count == 50)
    })?;
    let count = run.attempt("one read", std::io::Read::read(&mut stream, &mut buffer))?;
    run.ensure("one read returns all five messages", count == 50, grader::quote(&buffer[..count]))
}

fn one_write_many_reads(run: &mut Run) -> Outcome {
    let (mut sender, receiver) = pair(run)?;
    sender.send([b'x'; 3000])?;
    sender.finish_sending()?;
    let (mut buffer, mut sizes) = ([0; 1024], Vec::new());
    loop {
        match run
            .attempt("a read of 1024", std::io::Read::read(&mut receiver.stream(), &mut buffer))?
        {
            0 => break,
            count => sizes.push(count),
        }
    }
    let (reads, total) = (sizes.len(), sizes.iter().sum::<usize>());
    run.ensure("it took three reads or more", reads >= 3 && total == 3000, format!("{sizes:?}"))
}

fn a_read_can_cut_a_character(run: &mut Run) -> Outcome {
    let (mut sender, mut receiver) = pair(run)?;
    let text = "你".repeat(400);
    sender.send(&text)?;
    receiver.receives(&text.as_bytes()[..1024])?;
    let valid = std::str::from_utf8(&text.as_bytes()[..1024]).map_err(|why| why.valid_up_to());
    run.ensure("decoding stops at byte 1023", valid == Err(1023), format!("{valid:?}"))
}

fn record_a_refusal(run: &mut Run) -> Outcome {
    let closed = run.closed_port()?;
    let address = closed.address.to_string();
    let mut client = run.start_other(&Subject::built("lesson01"), &[&address])?;
    client.exits_with(1)?;
    let wrote = client.stderr().replace(&address, TUTORIAL_ADDRESS);
    run.recorded("readme-refused", &format!("$ cargo run -p lesson01\n{wrote}"))
}

fn record_the_original(run: &mut Run) -> Outcome {
    let file = lesson_folder("lesson01").join("original.py");
    let mut original = run.start_other(&Subject::python("original.py", file), &[])?;
    original.exits_with(1)?;
    // The reason after the class of the error depends on the name service.
    let wrote = grader::without_frames(&original.stderr());
    let class = wrote.split_once("gaierror").map(|(before, _)| format!("{before}gaierror: ...\n"));
    let shown = class.unwrap_or(wrote);
    run.recorded("client-original", &format!("$ python3 lessons/lesson01/original.py\n{shown}"))
}

fn record_a_placeholder(run: &mut Run) -> Outcome {
    let placeholder = "192.168.31.xx:9090";
    let mut client = run.start_other(&Subject::built("lesson01"), &[placeholder])?;
    client.exits_with(2)?;
    let wrote = client.stderr();
    run.recorded(
        "client-placeholder",
        &format!("$ cargo run -p lesson01 -- {placeholder}\n{wrote}"),
    )
}

fn record_one_recv(run: &mut Run) -> Outcome {
    let mut listener = run.listen()?;
    let address = listener.address().to_string();
    let wrong = run.wrong_program("one_recv_client")?;
    let mut client = run.start_other(&wrong, &[&address])?;
    let mut server = listener.accept()?;
    server.receives(GREETING)?;
    server.send("你".repeat(400))?;
    server.close();
    client.exits_with(1)?;
    let wrote = client.stderr();
    run.recorded(
        "client-one-recv",
        &format!("$ cargo run -p lesson01 --example one_recv_client\n{wrote}"),
    )
}

fn record_the_wrong_encoding(run: &mut Run) -> Outcome {
    let mut listener = run.listen()?;
    let address = listener.address();
    let arguments = [&address.to_string(), "--encoding", "gbk"];
    let mut client = run.start_other(&Subject::built("lesson01"), &arguments)?;
    let mut server = listener.accept()?;
    server.receives_to_end()?;
    server.send(REPLY)?;
    server.close();
    client.exits_with(1)?;
    let wrote = client.stderr().replace(&address.to_string(), TUTORIAL_ADDRESS);
    run.recorded("client-gbk", &format!("$ cargo run -p lesson01 -- --encoding gbk\n{wrote}"))
}

fn record_the_pair(run: &mut Run) -> Outcome {
    let mut server = run.start_other(&Subject::built("lesson02"), &["127.0.0.1:0"])?;
    let address = server.listening()?;
    let mut client = run.start_other(&Subject::built("lesson01"), &[&address.to_string()])?;
    client.exits_with(0)?;
    server.exits_with(0)?;
    let served = server.stdout().replace(&address.to_string(), TUTORIAL_ADDRESS);
    run.recorded("pair-server", &format!("$ cargo run -p lesson02\n{served}"))?;
    run.recorded("pair-client", &format!("$ cargo run -p lesson01\n{}", client.stdout()))
}

/// Both ends of one connection.
fn pair(run: &mut Run) -> Outcome<(grader::Peer, grader::Peer)> {
    let mut listener = run.listen()?;
    let client = run.connect(listener.address())?;
    Ok((client, listener.accept()?))
}
