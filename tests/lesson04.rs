//! Lesson 4: a server for many clients.
//!
//! It serves each client on its own thread and answers every piece of text that it reads, until the
//! client ends its side. It says who comes, what they send, who goes, and why. Nothing that one client
//! does disturbs another, and Ctrl-C stops it in good order: nobody new is let in, replies that are under
//! way are finished, and within two seconds it is gone.
//!
//! These checks talk to the program as its clients would. They run on lesson 4's program, which must
//! pass all of them, and on the wrong programs in `lessons/lesson04/faults/`, each of which must fail
//! exactly the checks that are listed with it at the end of this file.
//!
//! The exercise has checks of its own, because its server does more: `exercise04.rs` is its assignment.

mod exercise04;
mod many_clients;
mod network;
mod says_little;
mod trouble;

use std::io::{self, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use common::{Encoding, GREETING, REPLY, TUTORIAL_ADDRESS, timed_out};
use grader::{
    Check, Exercise, Lesson, Needs, Outcome, Peer, Program, Run, Subject, Trouble, check, contract,
    program,
};
use many_clients::{ThreadTrouble, is_over_soon};
use trouble::{Protocol, greedy};

const CHECKS: &[Check] = &[
    check("serves_clients_side_by_side", serves_clients_side_by_side)
        .demands("Clients are served at the same time, while another says nothing at all.")
        .hint("Where does your program wait while it talks to one client, and who waits with it?")
        .section("03-threads.html#the-repair"),
    check("serves_one_after_another", serves_one_after_another)
        .demands("When a client has gone, the next one is served.")
        .hint("How often does your program call `accept`?")
        .section("03-threads.html#what-goes-wrong"),
    check("answers_every_piece", answers_every_piece)
        .demands("Every piece that a client sends is answered once, until it ends its side.")
        .hint("Where does the connection end: in the loop that reads from it, or after that?")
        .section("03-threads.html#what-goes-wrong"),
    check("decodes_across_pieces", decodes_across_pieces)
        .demands("A character whose bytes arrive in two pieces is read as one.")
        .hint("What does your decoder do with the first byte of a character that has three?")
        .section("03-threads.html#a-character-in-two-pieces"),
    check("reads_utf8", reads_utf8)
        .demands("Text in UTF-8 is read as it was meant.")
        .hint("Which encoding do the clients use, and which one the server?")
        .section("03-threads.html#two-encodings"),
    check("speaks_gbk_when_told", speaks_gbk_when_told)
        .demands("With `--encoding gbk`, clients that speak GBK are understood and answered in GBK.")
        .hint("Which of your program's two directions needs the encoding?")
        .section("03-threads.html#two-encodings"),
    check("survives_a_reset", survives_a_reset)
        .demands("A client that resets the connection disturbs nobody.")
        .hint("What does `read` return after a reset, and what does your program do with that?")
        .section("03-threads.html#nobody-disturbs-the-others"),
    check("parts_with_bytes_that_are_not_text", parts_with_bytes_that_are_not_text)
        .demands("A client whose bytes are not text is told goodbye, with a clean end after its replies.")
        .hint("What does the kernel do with a connection that is closed before all input is read?")
        .section("03-threads.html#nobody-disturbs-the-others"),
    check("says_who_comes_and_goes", says_who_comes_and_goes)
        .demands("It is said who connects, how many bytes arrive and what they say, and who leaves.")
        .hint("Which value of `accept` says who the client is?")
        .section("03-threads.html#run-it"),
    check("says_who_broke_off", says_who_broke_off)
        .demands("A client that resets the connection is reported on stderr, with its address.")
        .hint("Can somebody who reads the log tell a reset from a good end?")
        .section("03-threads.html#nobody-disturbs-the-others"),
    check("keeps_quiet", keeps_quiet)
        .demands("With `--quiet`, clients are served without a word about them.")
        .hint("Which of your lines are about single clients?")
        .section("03-threads.html#run-it")
        .needs(Needs::Unix),
    check("keeps_the_house_full", keeps_the_house_full)
        .demands("With `--max-clients 1`, a second client waits until the first has gone.")
        .hint("Where does a client wait that has connected and has not been accepted?")
        .section("03-threads.html#threads-have-a-price"),
    check("ends_silent_clients", ends_silent_clients)
        .demands("A client that says nothing for longer than `--idle-limit` is told goodbye.")
        .hint("For how long does `read` wait when nobody told it?")
        .section("03-threads.html#threads-have-a-price"),
    check("ends_clients_that_never_read", ends_clients_that_never_read)
        .demands("A client that never reads its replies holds a thread no longer than `--idle-limit`.")
        .hint("What does `write` do when the peer's buffer and your own are full?")
        .section("03-threads.html#threads-have-a-price"),
    check("survives_a_closed_output", survives_a_closed_output)
        .demands("When nobody reads the server's output any more, its clients are served all the same.")
        .hint("What does `println!` do when it cannot print?")
        .section("03-threads.html#nobody-disturbs-the-others")
        .needs(Needs::Unix),
    check("survives_without_descriptors", survives_without_descriptors)
        .demands("When no descriptor is left, clients wait; the server does not spin, and goes on.")
        .hint("Which clients can still be served when `accept` fails, and when is it worth another try?")
        .section("03-threads.html#when-accept-fails")
        .needs(Needs::Linux),
    check("leaves_nothing_behind", leaves_nothing_behind)
        .demands("After 50 clients, the server has no more descriptors and threads than before.")
        .hint("What else of yours still holds the connection when its thread ends?")
        .section("03-threads.html#threads-have-a-price")
        .needs(Needs::Linux),
    check("stops_on_ctrl_c", stops_on_ctrl_c)
        .demands("Ctrl-C ends the server with exit code 0, though clients are connected.")
        .hint("In which call does each of your threads wait, and what wakes it?")
        .section("03-threads.html#stopping")
        .needs(Needs::Unix),
    check("stops_when_told_to_end", stops_when_told_to_end)
        .demands("SIGTERM, which `kill` sends, does the same.")
        .hint("Which signals does your program know?")
        .section("03-threads.html#stopping")
        .needs(Needs::Unix),
    check("stops_a_full_house", stops_a_full_house)
        .demands("Ctrl-C ends a server that waits for a place to become free.")
        .hint("Where does your program wait when no more clients may come in?")
        .section("03-threads.html#stopping")
        .needs(Needs::Unix),
    check("finishes_replies", finishes_replies)
        .demands("After Ctrl-C, a reply that is under way is finished, and nobody new is let in.")
        .hint("What becomes of a thread when `main` returns, or the program exits?")
        .section("03-threads.html#stopping")
        .needs(Needs::Unix),
    check("stops_in_time", stops_in_time)
        .demands("After Ctrl-C, the server does not wait for ever for a reply that is under way.")
        .hint("How long may somebody who presses Ctrl-C have to wait?")
        .section("03-threads.html#stopping")
        .needs(Needs::Unix),
    check("serves_the_mended_python_client", serves_the_mended_python_client)
        .demands("The tutorial's own client, mended, gets its reply.")
        .hint("Which program fails first, and what does it say?")
        .section("03-threads.html#run-it")
        .needs(Needs::Program("python3")),
    check("serves_nc", serves_nc)
        .demands("nc, the plainest client there is, gets its reply.")
        .hint("What can you see when you talk to the server by hand?")
        .section("03-threads.html#run-it")
        .needs(Needs::Program("nc")),
    check("serves_socat", serves_socat)
        .demands("socat gets its reply.")
        .hint("What can you see when you talk to the server by hand?")
        .section("03-threads.html#run-it")
        .needs(Needs::Program("socat")),
];

fn serves_clients_side_by_side(run: &mut Run) -> Outcome {
    let (_server, address) = run.serve()?;
    let _silent = run.connect(address)?;
    let mut second = run.connect(address)?;
    let mut third = run.connect(address)?;
    for _ in 0..3 {
        is_served(&mut second)?;
        is_served(&mut third)?;
    }
    Ok(())
}

fn serves_one_after_another(run: &mut Run) -> Outcome {
    let (_server, address) = run.serve()?;
    for _ in 0..3 {
        let mut client = run.connect(address)?;
        is_served(&mut client)?;
        client.finish_sending()?;
        client.receives_end()?;
    }
    Ok(())
}

fn answers_every_piece(run: &mut Run) -> Outcome {
    let (_server, address) = run.serve()?;
    let mut client = run.connect(address)?;
    for piece in [GREETING, "x", GREETING] {
        client.send(piece)?;
        client.receives(REPLY)?;
    }
    client.finish_sending()?;
    client.receives_end()
}

fn decodes_across_pieces(run: &mut Run) -> Outcome {
    let (mut server, address) = run.serve()?;
    // The last part shows after which cut something went wrong.
    for (cut, text) in [(1, "你1"), (2, "你2")] {
        let mut client = run.connect(address)?;
        let (first, rest) = text.as_bytes().split_at(cut);
        client.send(first)?;
        // The reply proves that the first part has been read, and nothing but that.
        client.receives(REPLY)?;
        client.send(rest)?;
        client.receives(REPLY)?;
        server.says(text)?;
        client.finish_sending()?;
        client.receives_end()?;
    }
    Ok(())
}

fn reads_utf8(run: &mut Run) -> Outcome {
    let (mut server, address) = run.serve()?;
    let mut client = run.connect(address)?;
    client.send("你好")?;
    server.says("你好")
}

fn speaks_gbk_when_told(run: &mut Run) -> Outcome {
    let (mut server, address) = run.serve_with(&["--encoding", "gbk", "127.0.0.1:0"])?;
    let mut client = run.connect(address)?;
    let reply = Encoding::Gbk.encode(REPLY).expect("GBK has these characters");
    // `你好` in GBK: the second character is cut.
    client.send(b"\xc4\xe3\xba")?;
    client.receives(&reply)?;
    client.send(b"\xc3")?;
    client.receives(&reply)?;
    server.says("\"你\"")?;
    server.says("\"好\"")
}

fn survives_a_reset(run: &mut Run) -> Outcome {
    let (mut server, address) = run.serve()?;
    let mut other = run.connect(address)?;
    is_served(&mut other)?;
    let mut client = run.connect(address)?;
    is_served(&mut client)?;
    client.reset();
    // By then the server has met the reset, on a busy machine too.
    other.receives_nothing_for(SILENCE)?;
    for _ in 0..2 {
        is_served(&mut run.connect(address)?)?;
        is_served(&mut other)?;
    }
    server.still_runs()
}

fn parts_with_bytes_that_are_not_text(run: &mut Run) -> Outcome {
    let (mut server, address) = run.serve()?;
    let mut other = run.connect(address)?;
    is_served(&mut other)?;
    let mut client = run.connect(address)?;
    is_served(&mut client)?;
    // More than the server reads before it notices: the rest is unread input.
    client.send([b"\xc4\xe3\xba\xc3".as_slice(), &[b'x'; 64 << 10]].concat())?;
    client.receives_end()?;
    server.complains("error: ")?;
    server.complains("UTF-8")?;
    is_served(&mut other)
}

fn says_who_comes_and_goes(run: &mut Run) -> Outcome {
    let (mut server, address) = run.serve()?;
    let mut client = run.connect(address)?;
    let name = client.local();
    server.says(&format!("{name} connected\n"))?;
    client.send(GREETING)?;
    client.receives(REPLY)?;
    server.says(&format!("{name} sent {} bytes: {GREETING:?}\n", GREETING.len()))?;
    client.finish_sending()?;
    server.says(&format!("{name} left: it ended its side\n"))
}

fn says_who_broke_off(run: &mut Run) -> Outcome {
    let (mut server, address) = run.serve()?;
    let client = run.connect(address)?;
    let name = client.local();
    server.says(&name.to_string())?;
    client.reset();
    server.complains(&format!("error: lost {name}: "))?;
    server.complains("reset")
}

fn keeps_quiet(run: &mut Run) -> Outcome {
    let (mut server, address) = run.serve_with(&["--quiet", "127.0.0.1:0"])?;
    let mut client = run.connect(address)?;
    is_served(&mut client)?;
    client.send(b"\xff")?;
    client.receives_end()?;
    server.interrupt()?;
    server.exits_with(0)?;
    server.has_not_said(&client.local().to_string())?;
    let complaints = server.stderr();
    run.ensure("nothing is said on stderr", complaints.is_empty(), complaints)
}

fn keeps_the_house_full(run: &mut Run) -> Outcome {
    let (_server, address) = run.serve_with(&["--max-clients", "1", "127.0.0.1:0"])?;
    let mut first = run.connect(address)?;
    is_served(&mut first)?;
    let mut second = run.connect(address)?;
    second.send(GREETING)?;
    second.receives_nothing_for(SILENCE)?;
    is_served(&mut first)?;
    first.close();
    second.receives(REPLY)
}

fn ends_silent_clients(run: &mut Run) -> Outcome {
    let (_server, address) = run.serve_with(&["--idle-limit", "0.2", "127.0.0.1:0"])?;
    run.connect(address)?.receives_end()
}

fn ends_clients_that_never_read(run: &mut Run) -> Outcome {
    let options = ["--max-clients", "1", "--idle-limit", "0.2", "--quiet", "127.0.0.1:0"];
    let (_server, address) = run.serve_with(&options)?;
    let greedy = greedy(run, address)?;
    let mut second = run.connect(address)?;
    second.send(GREETING)?;
    // The greedy client's kernel takes the replies until its buffer is full, and the server's until
    // that is full. Then the server cannot write, so it does not read; and there they are.
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| send_for_ever(&greedy, &done));
        let outcome = second.receives(REPLY);
        done.store(true, Ordering::Relaxed);
        outcome
    })
}

/// Sends, and reads nothing, until the connection breaks or the check is done.
fn send_for_ever(mut stream: &TcpStream, done: &AtomicBool) {
    let chunk = [b'x'; 64 << 10];
    while !done.load(Ordering::Relaxed) {
        match stream.write(&chunk) {
            Err(why) if !timed_out(&why) && why.kind() != io::ErrorKind::Interrupted => return,
            _ => {}
        }
    }
}

fn survives_a_closed_output(run: &mut Run) -> Outcome {
    // `head` prints the first line and ends; after that, nobody reads what the server writes.
    let starter = ["sh", "-c", "\"$@\" | head -n 1", "sh"];
    let (server, address) = run.serve_through(&starter, &["127.0.0.1:0"])?;
    // It cannot know before it has something to say, and `head` may take a moment to end.
    while !server.stderr().contains("error: cannot write to standard output") {
        let mut client = run.connect(address)?;
        is_served(&mut client)?;
        client.finish_sending()?;
        client.receives_end()?;
    }
    is_served(&mut run.connect(address)?)
}

fn survives_without_descriptors(run: &mut Run) -> Outcome {
    many_clients::survives_without_descriptors(run, is_served, |_| 10)
}

fn leaves_nothing_behind(run: &mut Run) -> Outcome {
    many_clients::leaves_nothing_behind(run, is_served)
}

fn stops_on_ctrl_c(run: &mut Run) -> Outcome {
    let (mut server, address) = run.serve()?;
    let mut known = run.connect(address)?;
    is_served(&mut known)?;
    let mut idle = run.connect(address)?;
    server.says(&idle.local().to_string())?;
    server.interrupt()?;
    let since = Instant::now();
    idle.receives_end()?;
    known.receives_end()?;
    server.exits_with(0)?;
    is_over_soon(run, &server, since)
}

fn stops_when_told_to_end(run: &mut Run) -> Outcome {
    let (mut server, address) = run.serve()?;
    let mut client = run.connect(address)?;
    is_served(&mut client)?;
    server.terminate()?;
    client.receives_end()?;
    server.exits_with(0)
}

fn stops_a_full_house(run: &mut Run) -> Outcome {
    let (mut server, address) = run.serve_with(&["--max-clients", "1", "127.0.0.1:0"])?;
    let mut first = run.connect(address)?;
    is_served(&mut first)?;
    let _second = run.connect(address)?;
    server.interrupt()?;
    first.receives_end()?;
    server.exits_with(0)
}

fn finishes_replies(run: &mut Run) -> Outcome {
    finishes_replies_at(run, Program::interrupt)
}

fn finishes_replies_when_told_to_end(run: &mut Run) -> Outcome {
    finishes_replies_at(run, Program::terminate)
}

fn finishes_replies_at(run: &mut Run, signal: fn(&mut Program) -> Outcome) -> Outcome {
    // The port is free when the server has gone; on an address of our own nobody else takes it.
    let address = format!("{}:0", grader::private_loopback());
    let (mut server, address) = run.serve_with(&["--work", "0.2", &address])?;
    let mut client = run.connect(address)?;
    client.send(GREETING)?;
    client.finish_sending()?;
    server.says(GREETING)?;
    signal(&mut server)?;
    server.says("stopping")?;
    run.is_refused(address)?;
    client.receives_all(REPLY)?;
    server.exits_with(0)
}

fn stops_in_time(run: &mut Run) -> Outcome {
    let (mut server, address) = run.serve_with(&["--work", "60", "127.0.0.1:0"])?;
    let mut client = run.connect(address)?;
    client.send(GREETING)?;
    server.says(GREETING)?;
    many_clients::stops(run, &mut server)?;

    let (mut server, address) = run.serve()?;
    let greedy = greedy(run, address)?;
    run.step("it sends as much as the server takes, and reads nothing");
    Pieces::sends_without_reading(&greedy);
    run.becomes_idle(&server)?;
    many_clients::stops(run, &mut server)
}

fn is_served(client: &mut Peer) -> Outcome {
    client.send(GREETING)?;
    client.receives(REPLY)
}

/// Every piece is answered, until the client ends its side.
struct Pieces;

impl Protocol for Pieces {
    const SECTION: &'static str = "03-threads.html#nobody-disturbs-the-others";
    const QUIET: &'static [&'static str] = &["--quiet", "127.0.0.1:0"];
    const HALF: &'static [u8] = b"\xe4\xbd";

    fn asks(client: &mut Peer) -> Outcome {
        client.send(GREETING)
    }

    fn is_answered(client: &mut Peer) -> Outcome {
        client.receives(REPLY)
    }

    fn sends_much(client: &mut Peer) -> Outcome {
        client.write_all(&[b'x'; 256 << 10], "the server reads what is sent")?;
        client.finish_sending()?;
        client.receives_to_end().map(drop)
    }
}

/// The trouble of a server that says something about its clients, and that takes time for its replies.
const MORE_TROUBLE: &[Check] = &[
    check("finishes_replies_when_told_to_end", finishes_replies_when_told_to_end)
        .demands("SIGTERM, too, lets a reply that is under way come to its end.")
        .hint("Which signals does your program know, and does it do the same for all of them?")
        .section("03-threads.html#stopping")
        .needs(Needs::Unix),
    check("parts_when_replies_have_arrived", parts_when_replies_have_arrived)
        .demands("A client whose replies wait for room gets them all before it is parted with.")
        .hint("What does the kernel do with what it has not sent yet when the connection is closed with unread input?")
        .section("03-threads.html#nobody-disturbs-the-others"),
    check("stops_without_descriptors", stops_without_descriptors)
        .demands("Ctrl-C ends the server while no descriptor is left and clients wait in the queue.")
        .hint("When `accept` fails again and again, which line of your loop looks whether to stop?")
        .section("03-threads.html#stopping")
        .needs(Needs::Linux),
    check("does_not_wait_for_its_terminal", does_not_wait_for_its_terminal)
        .demands("When its output goes into a pipe that is full and that nobody reads, clients are served all the same.")
        .hint("For how long does `println!` wait for a terminal in which somebody has pressed Ctrl-S?")
        .section("03-threads.html#nobody-disturbs-the-others")
        .needs(Needs::LinuxAnd("bash")),
    check("stops_though_its_terminal_does_not", stops_though_its_terminal_does_not)
        .demands("Ctrl-C ends the server in time though nobody reads its output.")
        .hint("What does your program still want to say at its end, and to whom?")
        .section("03-threads.html#stopping")
        .needs(Needs::LinuxAnd("bash")),
    check("reads_characters_cut_anywhere", reads_characters_cut_anywhere)
        .demands("Text is read as it was meant, wherever it is cut in two.")
        .hint("What becomes of the bytes behind the last whole character of a piece?")
        .section("03-threads.html#a-character-in-two-pieces"),
];

fn parts_when_replies_have_arrived(run: &mut Run) -> Outcome {
    // The server reads 1024 bytes at most, so there are so many replies or more.
    const LEAST: usize = 300;
    let got = many_clients::parts_with(run, &[b'x'; LEAST << 10])?.len();
    let statement = format!("those are {LEAST} replies or more");
    run.ensure(statement, got >= LEAST * REPLY.len(), format!("{got} bytes"))
}

fn stops_without_descriptors(run: &mut Run) -> Outcome {
    many_clients::stops_without_descriptors(run, is_served)
}

fn reads_characters_cut_anywhere(run: &mut Run) -> Outcome {
    let (mut server, address) = run.serve()?;
    let text = "né你🦀";
    for cut in 1..text.len() {
        let mut client = run.connect(address)?;
        let (first, rest) = text.as_bytes().split_at(cut);
        client.send(first)?;
        // The reply proves that the first part has been read, and nothing but that.
        client.receives(REPLY)?;
        client.send(rest)?;
        client.receives(REPLY)?;
        // A character belongs to the piece that completes it.
        let whole = (0..=cut).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
        let name = client.local();
        for (piece, said) in [(first, &text[..whole]), (rest, &text[whole..])] {
            let count =
                if piece.len() == 1 { "1 byte".into() } else { format!("{} bytes", piece.len()) };
            server.says(&format!("{name} sent {count}: {said:?}\n"))?;
        }
        client.finish_sending()?;
        client.receives_end()?;
    }
    Ok(())
}

fn does_not_wait_for_its_terminal(run: &mut Run) -> Outcome {
    let (server, mut client) = serve_into_a_full_pipe(run)?;
    let address = client.remote();
    run.step(
        "what the server says of it is ten times what a pipe holds: the replies come all the same",
    );
    says_much(&mut client)?;
    is_served(&mut run.connect(address)?)?;
    run.stays_idle(&server)
}

fn stops_though_its_terminal_does_not(run: &mut Run) -> Outcome {
    let (mut server, mut client) = serve_into_a_full_pipe(run)?;
    run.step("what the server says of it is ten times what a pipe holds");
    // Whether it is answered is another check's question.
    let _ = says_much(&mut client);
    many_clients::stops(run, &mut server)
}

/// A server with a client. Its standard output is a pipe from which only the first line is read.
fn serve_into_a_full_pipe(run: &mut Run) -> Outcome<(Program, Peer)> {
    // `sleep` keeps the pipe open, and nothing else.
    let reader = "read -r line; echo \"$line\"; exec sleep 600 >&- 2>&-";
    let script = format!("exec \"$@\" > >({reader})");
    let (server, address) =
        run.serve_through(&["bash", "-c", &script, "bash"], &["127.0.0.1:0"])?;
    let client = run.connect(address)?;
    Ok((server, client))
}

/// Much more than a pipe holds, which is 64 KiB (pipe(7)).
fn says_much(client: &mut Peer) -> Outcome {
    let mut reply = [0; REPLY.len()];
    for _ in 0..640 {
        client.write_all(&[b'x'; 1000], "the server reads what is sent")?;
        let mut got = 0;
        while got < reply.len() {
            match client.read_some(&mut reply[got..], "the reply")? {
                0 => return Err(client.broken("the reply", "the end of the stream")),
                count => got += count,
            }
        }
    }
    Ok(())
}

fn trouble<P: Protocol>() -> Trouble {
    let general: &[Check] = &trouble::Trouble::<P>::CHECKS;
    Trouble::new(&[general, &ThreadTrouble::<P>::CHECKS].concat())
}

fn serves_the_mended_python_client(run: &mut Run) -> Outcome {
    let (mut server, address) = run.serve()?;
    let mut client = run.start_other(&python("../lesson01/mended.py"), &[&address.to_string()])?;
    client.says(REPLY)?;
    client.exits_with(0)?;
    server.says(GREETING)
}

fn serves_nc(run: &mut Run) -> Outcome {
    serves_tool(run, |at| Subject::tool(&["nc", &at.ip().to_string(), &at.port().to_string()]))
}

fn serves_socat(run: &mut Run) -> Outcome {
    serves_tool(run, |at| Subject::tool(&["socat", "-", &format!("TCP:{at}")]))
}

fn serves_tool(run: &mut Run, tool: fn(SocketAddr) -> Subject) -> Outcome {
    let (mut server, address) = run.serve()?;
    let mut client = run.start_other(&tool(address), &[])?;
    for replies in 1..=2 {
        client.types(&format!("{GREETING}\n"))?;
        client.says(&REPLY.repeat(replies))?;
    }
    client.ends_input();
    server.says(GREETING)
}

const FACTS: &[Check] = &[
    check("C5_swapped_arguments_leave_the_client_hanging", c5_swapped_arguments)
        .demands("C5: with swapped arguments the thread dies, and the client waits for ever.")
        .section("03-threads.html#what-goes-wrong")
        .needs(Needs::Program("python3")),
    check("C5_a_panic_in_rust_closes_the_connection", c5_a_panic_closes)
        .demands("C5: a handler that panics in Rust drops its connection, so the peer sees the end.")
        .section("03-threads.html#what-goes-wrong"),
    check("C6_two_encodings_fail", c6_two_encodings_fail)
        .demands("C6: the tutorial's own text in UTF-8 is an error in GBK, and the client hangs.")
        .section("03-threads.html#two-encodings")
        .needs(Needs::Program("python3")),
    check("C6_two_encodings_fail_silently", c6_two_encodings_fail_silently)
        .demands("C6: the text 你好 in UTF-8 is the text 浣犲ソ in GBK, without any error.")
        .section("03-threads.html#two-encodings")
        .needs(Needs::Program("python3")),
    check("C7_closed_in_the_loop", c7_closed_in_the_loop)
        .demands("C7: closed in the loop, a connection gives one reply and then a bad descriptor.")
        .section("03-threads.html#what-goes-wrong")
        .needs(Needs::Program("python3")),
    check("C8_set_daemon_is_deprecated", c8_set_daemon)
        .demands("C8: `setDaemon` is deprecated since Python 3.10.")
        .section("03-threads.html#what-goes-wrong")
        .needs(Needs::Python(10)),
    check("S20_a_thread_costs_memory", s20_a_thread_costs_memory)
        .demands("S20: each client costs a thread, a descriptor and memory: less than a process, not nothing.")
        .section("03-threads.html#threads-have-a-price")
        .needs(Needs::Linux),
    check("S21_daemon_threads_are_cut_off", s21_daemon_threads_are_cut_off)
        .demands("S21: a daemon thread is cut off in the middle of its reply, and the client sees a clean end.")
        .section("03-threads.html#stopping")
        .needs(Needs::Program("python3")),
    check("S22_no_orderly_way_to_stop", s22_no_orderly_way_to_stop)
        .demands("S22: a server that never ends its loop can only be broken off.")
        .section("03-threads.html#stopping")
        .needs(Needs::Program("python3")),
    check("record_a_visit", record_a_visit)
        .demands("The book shows what the server says about two clients, and when it is stopped.")
        .section("03-threads.html#run-it")
        .needs(Needs::Linux),
    check("record_swapped_arguments", record_swapped_arguments)
        .demands("The book shows what the tutorial's server says of its swapped arguments.")
        .section("03-threads.html#what-goes-wrong")
        .needs(Needs::Python(10)),
    check("record_a_daemon_thread", record_a_daemon_thread)
        .demands("The book shows what a client gets from a daemon thread that is cut off.")
        .section("03-threads.html#stopping")
        .needs(Needs::Program("python3")),
    check("the_mended_python_server_serves", the_mended_python_server_serves)
        .demands("The tutorial's server, mended, serves two clients side by side.")
        .section("03-threads.html#the-repair")
        .needs(Needs::Program("python3")),
];

/// Long enough to say "nothing comes": a server that replies does so in a millisecond.
const SILENCE: Duration = Duration::from_millis(300);

/// One of the lesson's Python programs.
fn python(file: &str) -> Subject {
    Subject::python(file, format!("{}/{file}", env!("CARGO_MANIFEST_DIR")))
}

/// Starts the tutorial's server with these bugs mended.
fn original(run: &mut Run, mended: &[&str]) -> Outcome<(grader::Program, Peer)> {
    let arguments = [&["127.0.0.1:0"], mended].concat();
    let mut server = run.start_other(&python("original.py"), &arguments)?;
    let address = server.listening()?;
    let client = run.connect(address)?;
    Ok((server, client))
}

fn c5_swapped_arguments(run: &mut Run) -> Outcome {
    let (mut server, mut client) = original(run, &[])?;
    client.send(GREETING)?;
    server.complains("AttributeError")?;
    client.receives_nothing_for(SILENCE)?;
    server.still_runs()
}

fn c5_a_panic_closes(run: &mut Run) -> Outcome {
    let mut server = run.start_other(&program!("nothing_else"), &["127.0.0.1:0"])?;
    let address = server.listening()?;
    let mut client = run.connect(address)?;
    is_served(&mut client)?;
    client.send(b"\xff")?;
    server.complains("panicked")?;
    client.receives_end()?;
    is_served(&mut run.connect(address)?)
}

fn c6_two_encodings_fail(run: &mut Run) -> Outcome {
    let (mut server, mut client) = original(run, &["C5"])?;
    client.send(GREETING)?;
    server.complains("UnicodeDecodeError")?;
    client.receives_nothing_for(SILENCE)
}

fn c6_two_encodings_fail_silently(run: &mut Run) -> Outcome {
    let (mut server, mut client) = original(run, &["C5"])?;
    client.send("你好")?;
    server.says("6 浣犲ソ")?;
    client.receives(Encoding::Gbk.encode(REPLY).expect("GBK has these characters"))
}

fn c7_closed_in_the_loop(run: &mut Run) -> Outcome {
    let (mut server, mut client) = original(run, &["C5", "C6"])?;
    client.send(GREETING)?;
    client.receives_all(REPLY)?;
    server.complains("[Errno 9]")?;
    let said = server.stdout();
    run.ensure("the branch for the end is never reached", !said.contains("offline"), said)
}

fn c8_set_daemon(run: &mut Run) -> Outcome {
    let (mut server, _client) = original(run, &["C5", "C6", "C7"])?;
    server.complains("DeprecationWarning: setDaemon")
}

fn s20_a_thread_costs_memory(run: &mut Run) -> Outcome {
    const CLIENTS: usize = 50;
    let mut server = run.start_other(&program!("lesson04"), &["127.0.0.1:0"])?;
    let address = server.listening()?;
    is_served(&mut run.connect(address)?)?;
    let before = server.usage()?;
    let mut clients = Vec::new();
    for _ in 0..CLIENTS {
        let mut client = run.connect(address)?;
        is_served(&mut client)?;
        clients.push(client);
    }
    let after = server.usage()?;
    let got = format!("{before:?}, then {after:?}");
    let threads = after.threads.saturating_sub(before.threads);
    run.ensure(
        format!("{CLIENTS} clients, {CLIENTS} threads"),
        threads.abs_diff(CLIENTS) <= 1,
        &got,
    )?;
    let memory = after.memory.saturating_sub(before.memory) / CLIENTS as u64;
    run.ensure(format!("each thread uses memory: {memory} bytes"), memory > 0, &got)?;
    let addresses = after.addresses.saturating_sub(before.addresses) / CLIENTS as u64;
    run.ensure(format!("and reserves more: {addresses} bytes"), addresses > memory, &got)?;
    run.ensure("a process uses more than a thread", before.memory > memory, &got)
}

fn s21_daemon_threads_are_cut_off(run: &mut Run) -> Outcome {
    let mut server = run.start_other(&python("daemon.py"), &["127.0.0.1:0"])?;
    let address = server.listening()?;
    let mut client = run.connect(address)?;
    client.send(GREETING)?;
    client.receives("row 1 of 100\n")?;
    server.types("\n")?;
    // To the end: no error, no reset, nothing that says that rows are missing.
    let rest = client.receives_to_end()?;
    server.exits_with(0)?;
    let rows = 1 + rest.iter().filter(|&&byte| byte == b'\n').count();
    run.ensure("fewer than 100 rows have come", rows < 100, format!("{rows} rows"))
}

fn s22_no_orderly_way_to_stop(run: &mut Run) -> Outcome {
    let (mut server, _client) = original(run, &["C5", "C6", "C7"])?;
    server.interrupt()?;
    server.complains("KeyboardInterrupt")?;
    match server.exits_with(0) {
        Ok(()) => Err(run.broken("an exit code other than 0", "exit code 0")),
        Err(_) => Ok(()),
    }
}

fn the_mended_python_server_serves(run: &mut Run) -> Outcome {
    let mut server = run.start_other(&python("mended.py"), &["127.0.0.1:0"])?;
    let address = server.listening()?;
    let mut first = run.connect(address)?;
    let mut second = run.connect(address)?;
    for _ in 0..2 {
        is_served(&mut second)?;
        is_served(&mut first)?;
    }
    first.finish_sending()?;
    first.receives_end()?;
    server.says("ended its side")
}

fn record_a_visit(run: &mut Run) -> Outcome {
    let mut server = run.start_other(&program!("lesson04"), &["127.0.0.1:0"])?;
    let address = server.listening()?;
    let empty = server.usage()?.descriptors;
    let mut first = run.connect(address)?;
    server.says(&format!("{} connected\n", first.local()))?;
    let mut second = run.connect(address)?;
    server.says(&format!("{} connected\n", second.local()))?;
    // `你好` in two pieces, cut inside its first character.
    second.send(b"\xe4")?;
    second.receives(REPLY)?;
    is_served(&mut first)?;
    second.send(&"你好".as_bytes()[1..])?;
    second.receives(REPLY)?;
    first.finish_sending()?;
    first.receives_end()?;
    run.until("one client is left", || {
        (server.usage().ok()?.descriptors == empty + 1).then_some(())
    })?;
    // One that is still busy would see by itself that the server stops, and leave before it says so.
    run.becomes_idle(&server)?;
    server.interrupt()?;
    server.exits_with(0)?;
    let said = server.stdout().replace(&address.to_string(), TUTORIAL_ADDRESS);
    let said = said.replace("stopping", "^Cstopping");
    run.recorded("threads-run", &format!("$ cargo run -p lesson04\n{said}"))
}

fn record_swapped_arguments(run: &mut Run) -> Outcome {
    let mut server = run.start_other(&python("original.py"), &["127.0.0.1:0"])?;
    let address = server.listening()?;
    let _client = run.connect(address)?;
    server.complains("has no attribute 'recv'\n")?;
    server.kill()?;
    let said = server.stdout().replace(&address.to_string(), TUTORIAL_ADDRESS);
    let complaints = server.stderr();
    // Without the warning of C8, which takes two lines and names a path of this machine.
    let start = complaints.find("Exception in thread").unwrap_or(0);
    let complaints = grader::without_frames(&complaints[start..]);
    run.recorded(
        "threads-original",
        &format!("$ python3 lessons/lesson04/original.py\n{said}{complaints}"),
    )
}

fn record_a_daemon_thread(run: &mut Run) -> Outcome {
    let mut server = run.start_other(&python("daemon.py"), &["127.0.0.1:0"])?;
    let address = server.listening()?;
    let mut client = run.connect(address)?;
    client.finish_sending()?;
    let first: String = (1..=10).map(|row| format!("row {row} of 100\n")).collect();
    client.receives(&first)?;
    server.types("\n")?;
    let rows = first + &String::from_utf8_lossy(&client.receives_to_end()?);
    server.exits_with(0)?;
    // How far it comes depends on the moment in which the main thread ends.
    let last: Vec<&str> = rows.lines().rev().take(3).collect();
    let shown = format!(
        "$ nc 127.0.0.1 9090 < /dev/null | tail -n 3\n{}\n{}\n{}\n",
        last[2], last[1], last[0]
    );
    run.recorded("threads-daemon", &shown)
}

fn main() -> ExitCode {
    Lesson::new("lesson04", env!("CARGO_MANIFEST_DIR"))
        .checks(CHECKS)
        .contract(&contract::PROGRAM)
        .contract(&contract::LISTENS)
        .facts(FACTS)
        .facts(network::FACTS)
        .program(program!("lesson04"))
        .fault(
            program!("accept_once"),
            &[
                "ends_clients_that_never_read",
                "serves_clients_side_by_side",
                "serves_one_after_another",
                "decodes_across_pieces",
                "survives_a_reset",
                "parts_with_bytes_that_are_not_text",
                "keeps_the_house_full",
                "survives_a_closed_output",
                "survives_without_descriptors",
                "leaves_nothing_behind",
                "stops_on_ctrl_c",
                "stops_in_time",
                "stops_when_told_to_end",
                "stops_a_full_house",
            ],
        )
        .fault(
            program!("one_at_a_time"),
            &[
                "serves_clients_side_by_side",
                "survives_a_reset",
                "parts_with_bytes_that_are_not_text",
                "survives_without_descriptors",
                "stops_on_ctrl_c",
                "stops_in_time",
                "stops_when_told_to_end",
                "stops_a_full_house",
            ],
        )
        .fault(
            program!("join_at_once"),
            &[
                "serves_clients_side_by_side",
                "survives_a_reset",
                "parts_with_bytes_that_are_not_text",
                "survives_without_descriptors",
                "stops_on_ctrl_c",
                "stops_in_time",
                "stops_when_told_to_end",
                "stops_a_full_house",
            ],
        )
        .fault(
            program!("gbk_server"),
            &[
                "ends_clients_that_never_read",
                "serves_clients_side_by_side",
                "serves_one_after_another",
                "answers_every_piece",
                "decodes_across_pieces",
                "reads_utf8",
                "survives_a_reset",
                "parts_with_bytes_that_are_not_text",
                "says_who_comes_and_goes",
                "keeps_quiet",
                "keeps_the_house_full",
                "survives_a_closed_output",
                "survives_without_descriptors",
                "leaves_nothing_behind",
                "stops_on_ctrl_c",
                "stops_when_told_to_end",
                "stops_a_full_house",
                "finishes_replies",
                "stops_in_time",
                "serves_the_mended_python_client",
                "serves_nc",
                "serves_socat",
            ],
        )
        .fault(
            program!("close_in_loop"),
            &[
                "serves_clients_side_by_side",
                "answers_every_piece",
                "decodes_across_pieces",
                "speaks_gbk_when_told",
                "survives_a_reset",
                "parts_with_bytes_that_are_not_text",
                "says_who_comes_and_goes",
                "keeps_the_house_full",
                "survives_without_descriptors",
                "serves_nc",
                "serves_socat",
            ],
        )
        .fault(program!("decode_each_piece"), &["decodes_across_pieces", "speaks_gbk_when_told"])
        .fault(
            program!("lossy_pieces"),
            &[
                "decodes_across_pieces",
                "speaks_gbk_when_told",
                "parts_with_bytes_that_are_not_text",
                "keeps_quiet",
            ],
        )
        .fault(
            program!("lock_across_read"),
            &[
                "serves_clients_side_by_side",
                "survives_a_reset",
                "parts_with_bytes_that_are_not_text",
                "survives_without_descriptors",
            ],
        )
        .fault(
            program!("unwrap_under_lock"),
            &[
                "decodes_across_pieces",
                "speaks_gbk_when_told",
                "survives_a_reset",
                "parts_with_bytes_that_are_not_text",
                "says_who_comes_and_goes",
                "says_who_broke_off",
                "keeps_quiet",
                "keeps_the_house_full",
                "ends_silent_clients",
                "ends_clients_that_never_read",
                "survives_a_closed_output",
                "survives_without_descriptors",
                "stops_on_ctrl_c",
                "stops_when_told_to_end",
                "stops_a_full_house",
                "finishes_replies",
                "stops_in_time",
            ],
        )
        .fault(
            program!("nothing_else"),
            &[
                "decodes_across_pieces",
                "speaks_gbk_when_told",
                "parts_with_bytes_that_are_not_text",
                "says_who_comes_and_goes",
                "says_who_broke_off",
                "keeps_quiet",
                "keeps_the_house_full",
                "ends_silent_clients",
                "survives_a_closed_output",
                "survives_without_descriptors",
                "stops_on_ctrl_c",
                "stops_when_told_to_end",
                "stops_a_full_house",
                "finishes_replies",
                "stops_in_time",
            ],
        )
        .fault(program!("accept_error_ends_server"), &["survives_without_descriptors"])
        .fault(program!("spin_on_accept_error"), &["survives_without_descriptors"])
        .fault(program!("exit_on_ctrl_c"), &["finishes_replies"])
        .fault(
            program!("wait_for_everybody"),
            &[
                "leaves_nothing_behind",
                "stops_in_time",
                "stops_on_ctrl_c",
                "stops_when_told_to_end",
                "stops_a_full_house",
            ],
        )
        .fault(program!("keep_every_connection"), &["leaves_nothing_behind"])
        .fault(program!("close_on_bad_bytes"), &["parts_with_bytes_that_are_not_text"])
        .fault(program!("limit_reads_only"), &["ends_clients_that_never_read"])
        .fault(program!("print_or_panic"), &["keeps_quiet", "survives_a_closed_output"])
        .rejected("swapped_arguments", "E0308")
        .rejected("close_in_loop", "E0382")
        .exercise(Exercise {
            checks: exercise04::CHECKS,
            yours: program!("exercise04"),
            solution: program!("solution04"),
            starter_fails: &[
                "answers_every_line",
                "joins_the_pieces_of_a_line",
                "answers_the_last_line",
                "serves_clients_side_by_side",
                "parts_with_bytes_that_are_not_text",
                "parts_with_a_line_that_is_too_long",
                "survives_a_reset",
                "survives_without_descriptors",
                "stops_on_ctrl_c",
                "stops_without_descriptors",
                "finishes_lines_that_have_arrived",
                "stops_in_time",
            ],
        })
        .wrong_answer(
            program!("lines_one_at_a_time"),
            &[
                "serves_clients_side_by_side",
                "parts_with_bytes_that_are_not_text",
                "parts_with_a_line_that_is_too_long",
                "survives_a_reset",
                "survives_without_descriptors",
                "stops_on_ctrl_c",
                "stops_without_descriptors",
                "finishes_lines_that_have_arrived",
                "stops_in_time",
            ],
        )
        .wrong_answer(
            program!("lines_join_at_once"),
            &[
                "serves_clients_side_by_side",
                "parts_with_bytes_that_are_not_text",
                "parts_with_a_line_that_is_too_long",
                "survives_a_reset",
                "survives_without_descriptors",
                "stops_on_ctrl_c",
                "stops_without_descriptors",
                "finishes_lines_that_have_arrived",
                "stops_in_time",
            ],
        )
        .wrong_answer(
            program!("lines_behind_a_lock"),
            &[
                "serves_clients_side_by_side",
                "parts_with_bytes_that_are_not_text",
                "parts_with_a_line_that_is_too_long",
                "survives_a_reset",
                "survives_without_descriptors",
                "stops_on_ctrl_c",
            ],
        )
        .wrong_answer(
            program!("reply_per_read"),
            &[
                "answers_every_line",
                "joins_the_pieces_of_a_line",
                "answers_the_last_line",
                "serves_clients_side_by_side",
                "parts_with_a_line_that_is_too_long",
                "stops_on_ctrl_c",
                "finishes_lines_that_have_arrived",
            ],
        )
        .wrong_answer(
            program!("new_reader_per_line"),
            &[
                "answers_every_line",
                "joins_the_pieces_of_a_line",
                "answers_the_last_line",
                "finishes_lines_that_have_arrived",
            ],
        )
        .wrong_answer(program!("drops_the_last_line"), &["answers_the_last_line"])
        .wrong_answer(
            program!("takes_the_end_for_a_pause"),
            &[
                "answers_a_line",
                "answers_the_last_line",
                "leaves_nothing_behind",
                "survives_without_descriptors",
            ],
        )
        .wrong_answer(program!("lossy_lines"), &["parts_with_bytes_that_are_not_text"])
        .wrong_answer(program!("line_without_limit"), &["parts_with_a_line_that_is_too_long"])
        .wrong_answer(
            program!("one_panic_for_all"),
            &[
                "parts_with_bytes_that_are_not_text",
                "parts_with_a_line_that_is_too_long",
                "survives_a_reset",
            ],
        )
        .wrong_answer(
            program!("keeps_every_client"),
            &["parts_with_a_line_that_is_too_long", "leaves_nothing_behind"],
        )
        .wrong_answer(program!("spins_without_descriptors"), &["survives_without_descriptors"])
        .wrong_answer(program!("deaf_without_descriptors"), &["stops_without_descriptors"])
        .wrong_answer(program!("exits_mid_reply"), &["finishes_lines_that_have_arrived"])
        .wrong_answer(
            program!("joins_everybody"),
            &[
                "leaves_nothing_behind",
                "stops_on_ctrl_c",
                "stops_without_descriptors",
                "finishes_lines_that_have_arrived",
                "stops_in_time",
            ],
        )
        .trouble(
            trouble::<Pieces>()
                .and(MORE_TROUBLE)
                .program(program!("lesson04"))
                .fault(
                    program!("unwrap_under_lock"),
                    &[
                        "survives_resets_at_any_moment",
                        "survives_whatever_is_sent",
                        "does_without_its_errors",
                    ],
                )
                .fault(
                    program!("nothing_else"),
                    &["does_without_its_output", "survives_a_lack_of_threads"],
                )
                .fault(program!("keep_every_connection"), &["survives_a_crowd"])
                .fault(program!("remembers_every_word"), &["gives_memory_back"])
                .fault(program!("loses_its_port"), &["runs_again_after_kill"])
                .fault(program!("print_or_panic"), &["does_without_its_output"])
                .fault(program!("spin_on_accept_error"), &["waits_for_descriptors"])
                .fault(
                    program!("accept_error_ends_server"),
                    &["waits_for_descriptors", "stops_without_descriptors"],
                )
                .fault(
                    program!("close_on_bad_bytes"),
                    &["parts_when_replies_have_arrived", "does_not_wait_for_who_reads_its_errors"],
                )
                .fault(
                    program!("wait_for_everybody"),
                    &["stops_without_delay", "stops_with_the_last_descriptor"],
                )
                .fault(
                    program!("lock_across_read"),
                    &[
                        "is_not_held_by_who_says_nothing",
                        "is_not_held_by_who_reads_nothing",
                        "serves_others_while_one_drips",
                    ],
                )
                .fault(
                    program!("decode_each_piece"),
                    &["reads_characters_cut_anywhere", "serves_on_after_ctrl_z"],
                )
                .fault(program!("lossy_pieces"), &["reads_characters_cut_anywhere"])
                .fault(program!("exit_on_ctrl_c"), &["finishes_replies_when_told_to_end"])
                .fault(program!("polls_for_input"), &["rests_while_clients_are_silent"])
                .fault(
                    program!("waits_for_its_log"),
                    &["does_not_wait_for_its_terminal", "stops_though_its_terminal_does_not"],
                )
                .proved_by_others(&["reports_a_full_output"]),
        )
        .trouble(
            trouble::<exercise04::Lines>()
                .and(&says_little::SaysLittle::<exercise04::Lines>::CHECKS)
                .and(exercise04::TROUBLE)
                .program(program!("solution04"))
                .fault(
                    program!("lines_one_at_a_time"),
                    &[
                        "is_not_held_by_who_says_nothing",
                        "is_not_held_by_who_reads_nothing",
                        "survives_a_lack_of_threads",
                        "serves_others_while_one_drips",
                    ],
                )
                .fault(
                    program!("one_panic_for_all"),
                    &[
                        "survives_resets_at_any_moment",
                        "survives_whatever_is_sent",
                        "parts_when_replies_have_arrived",
                    ],
                )
                .fault(program!("line_without_limit"), &["refuses_a_line_that_comes_slowly"])
                .fault(program!("reply_per_read"), &["serves_on_after_ctrl_z"])
                .fault(
                    program!("joins_everybody"),
                    &["stops_without_delay", "stops_with_the_last_descriptor"],
                )
                .fault(program!("keeps_every_client"), &["survives_a_crowd"])
                .fault(program!("spins_without_descriptors"), &["waits_for_descriptors"])
                .fault(program!("exits_mid_reply"), &["finishes_lines_when_told_to_end"])
                .fault(program!("new_reader_per_line"), &["answers_lines_cut_anywhere"])
                .proved_by_others(&[
                    "gives_memory_back",
                    "runs_again_after_kill",
                    "does_without_its_output",
                    "does_without_its_errors",
                    "does_not_wait_for_its_output",
                    "does_not_wait_for_who_reads_its_errors",
                    "reports_a_full_output",
                    "rests_while_clients_are_silent",
                ]),
        )
        .report(program!("exercise04"), "serves_clients_side_by_side")
        .report(program!("new_reader_per_line"), "joins_the_pieces_of_a_line")
        .report(program!("one_panic_for_all"), "parts_with_bytes_that_are_not_text")
        .report(program!("drops_the_last_line"), "answers_the_last_line")
        .main()
}
