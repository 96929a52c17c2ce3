//! What lesson 4's program, a server for many clients, must do.
//!
//! It serves each client on its own thread and answers every chunk of text that it reads, until the
//! client finishes sending. It says who comes, what they send, who goes, and why. Nothing that one client
//! does disturbs another, and Ctrl-C stops it cleanly: no new client is let in, replies that are in
//! flight are finished, and within two seconds it is gone.

use crate::facts::{SILENCE, python};
use crate::robustness::Chunks;
use std::io::{self, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Instant;

use common::{Encoding, GREETING, REPLY, timed_out};
use grader::{Check, Needs, Outcome, Peer, Program, Run, Subject, Unread, check};
use servers::many_clients::{self, in_time};
use servers::robustness::{Protocol, greedy};

pub const CHECKS: &[Check] = &[
    check("serves_clients_at_the_same_time", serves_clients_at_the_same_time)
        .demands("Clients are served at the same time, while another says nothing at all.")
        .hint("Where does your program wait while it talks to one client, and which clients wait with it?")
        .section("03-threads.html#the-repair"),
    check("serves_one_after_another", serves_one_after_another)
        .demands("When a client has gone, the next one is served.")
        .hint("How often does your program call `accept`?")
        .section("03-threads.html#what-goes-wrong"),
    check("answers_every_chunk", answers_every_chunk)
        .demands("Every piece that a client sends is answered once, until it finishes sending.")
        .hint("Where does the connection end: in the loop that reads from it, or after that?")
        .section("03-threads.html#what-goes-wrong"),
    check("decodes_across_chunks", decodes_across_chunks)
        .demands("A character whose bytes arrive in two pieces is read as one.")
        .hint("What does your decoder do with the first byte of a character that has three?")
        .section("03-threads.html#a-character-in-two-pieces"),
    check("reads_utf8", reads_utf8)
        .demands("Text in UTF-8 is read as the client meant it.")
        .hint("Which encoding do the clients use, and which one the server?")
        .section("03-threads.html#two-encodings"),
    check("speaks_gbk_when_told", speaks_gbk_when_told)
        .demands("With `--encoding gbk`, clients that speak GBK are understood and answered in GBK.")
        .hint("Which of your program's two directions needs the encoding?")
        .section("03-threads.html#two-encodings"),
    check("survives_a_reset", survives_a_reset)
        .demands("A client that resets the connection doesn't disturb the others.")
        .hint("What does `read` return after a reset, and what does your program do with that?")
        .section("03-stopping.html#one-bad-client"),
    check("closes_on_bytes_that_are_not_text", closes_on_bytes_that_are_not_text)
        .demands("A client whose bytes aren't text sees a clean end after its replies.")
        .hint("What does the kernel do with a connection that is closed before all input is read?")
        .section("03-stopping.html#one-bad-client"),
    check("says_who_comes_and_goes", says_who_comes_and_goes)
        .demands("It says who connects, how many bytes arrive and what they say, and who leaves.")
        .hint("Which value that `accept` returns says who the client is?")
        .section("03-threads.html#run-it"),
    check("says_who_was_reset", says_who_was_reset)
        .demands("A client that resets the connection is reported on stderr, with its address.")
        .hint("Can you tell a reset from a clean end when you read the log?")
        .section("03-stopping.html#one-bad-client")
        // In Wine, a read that waits when the reset comes returns 0.
        .needs(Needs::NotWine),
    check("keeps_quiet", keeps_quiet)
        .demands("With `--quiet`, clients are served, and nothing is written about them.")
        .hint("Which of your lines are about single clients?")
        .section("03-threads.html#run-it"),
    check("limits_its_clients", limits_its_clients)
        .demands("With `--max-clients 1`, a second client waits until the first is gone.")
        .hint("Where does a client wait that has connected and has not been accepted?")
        .section("03-threads.html#threads-have-a-price"),
    check("ends_silent_clients", ends_silent_clients)
        .demands("The connection of a client that says nothing for longer than `--idle-limit` is ended.")
        .hint("How long does `read` wait if you don't tell it?")
        .section("03-stopping.html#limits"),
    check("ends_clients_that_never_read", ends_clients_that_never_read)
        .demands("A client that never reads its replies holds a thread no longer than `--idle-limit`.")
        .hint("What does `write` do when the peer's buffer and your own are full?")
        .section("03-stopping.html#limits"),
    check("survives_a_closed_output", survives_a_closed_output)
        .demands("When the server's output isn't read any more, its clients are served anyway.")
        .hint("What does `println!` do when it can't print?")
        .section("03-stopping.html#one-bad-client"),
    check("survives_without_descriptors", survives_without_descriptors)
        .demands("When no descriptor is left, clients wait; the server doesn't spin, and goes on.")
        .hint("Which clients can still be served when `accept` fails, and when is it worth another try?")
        .section("03-stopping.html#when-accept-fails")
        .needs(Needs::Linux),
    check("leaves_nothing_behind", leaves_nothing_behind)
        .demands("After a hundred more clients, the server has no more descriptors and threads than before.")
        .hint("What else of yours still holds the connection when its thread ends?")
        .section("03-stopping.html#limits")
        .needs(Needs::Usage),
    check("stops_on_ctrl_c", stops_on_ctrl_c)
        .demands("Ctrl-C ends the server with exit code 0, though clients are connected.")
        .hint("In which call does each of your threads wait, and what wakes it?")
        .section("03-stopping.html#the-plan"),
    check("stops_on_sigterm", stops_on_sigterm)
        .demands("SIGTERM, which `kill` sends, does the same.")
        .hint("Which signals does your program know?")
        .section("03-stopping.html#ctrl-c")
        .needs(Needs::Unix),
    check("stops_when_it_is_full", stops_when_it_is_full)
        .demands("Ctrl-C ends a server that waits for a place to become free.")
        .hint("Where does your program wait when all places are taken?")
        .section("03-stopping.html#the-plan"),
    check("finishes_replies", finishes_replies)
        .demands("After Ctrl-C, a reply that's in flight is finished, and no new client is let in.")
        .hint("What becomes of a thread when `main` returns, or the program exits?")
        .section("03-stopping.html#the-plan"),
    check("stops_in_time", stops_in_time)
        .demands("After Ctrl-C, the server doesn't wait forever for a reply that's in flight.")
        .hint("How long are you willing to wait after you've pressed Ctrl-C?")
        .section("03-stopping.html#the-plan"),
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

fn serves_clients_at_the_same_time(run: &mut Run) -> Outcome {
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

fn answers_every_chunk(run: &mut Run) -> Outcome {
    let (_server, address) = run.serve()?;
    let mut client = run.connect(address)?;
    for piece in [GREETING, "x", GREETING] {
        client.send(piece)?;
        client.receives(REPLY)?;
    }
    client.finish_sending()?;
    client.receives_end()
}

fn decodes_across_chunks(run: &mut Run) -> Outcome {
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

fn closes_on_bytes_that_are_not_text(run: &mut Run) -> Outcome {
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
    server.says(&format!("{name} left: it finished sending\n"))
}

fn says_who_was_reset(run: &mut Run) -> Outcome {
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
    // So that all that it says has come.
    server.interrupt()?;
    server.exits_with(0)?;
    server.has_not_said(&client.local().to_string())?;
    let complaints = server.stderr();
    run.ensure("nothing is said on stderr", complaints.is_empty(), complaints)
}

fn limits_its_clients(run: &mut Run) -> Outcome {
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
    let (server, address) = run.serve_unread(Unread::Out)?;
    // It cannot know before it has something to say.
    while !server.stderr().contains("error: cannot write to standard output") {
        let mut client = run.connect(address)?;
        is_served(&mut client)?;
        client.finish_sending()?;
        client.receives_end()?;
    }
    is_served(&mut run.connect(address)?)
}

fn survives_without_descriptors(run: &mut Run) -> Outcome {
    many_clients::survives_without_descriptors(run, is_served)
}

fn leaves_nothing_behind(run: &mut Run) -> Outcome {
    many_clients::leaves_nothing_behind(run, |run, address, _| {
        let mut client = run.connect(address)?;
        is_served(&mut client)?;
        client.close();
        Ok(())
    })
}

fn stops_on_ctrl_c(run: &mut Run) -> Outcome {
    in_time(run, |run| {
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
        Ok(server.ran_since(since))
    })
}

fn stops_on_sigterm(run: &mut Run) -> Outcome {
    let (mut server, address) = run.serve()?;
    let mut client = run.connect(address)?;
    is_served(&mut client)?;
    server.terminate()?;
    client.receives_end()?;
    server.exits_with(0)
}

fn stops_when_it_is_full(run: &mut Run) -> Outcome {
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

pub fn finishes_replies_on_sigterm(run: &mut Run) -> Outcome {
    finishes_replies_at(run, Program::terminate)
}

fn finishes_replies_at(run: &mut Run, signal: fn(&mut Program) -> Outcome) -> Outcome {
    // The port is free when the server has gone; on an address of our own no other program takes it.
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
    in_time(run, |run| {
        let (mut server, address) = run.serve_with(&["--work", "60", "127.0.0.1:0"])?;
        let mut client = run.connect(address)?;
        client.send(GREETING)?;
        server.says(GREETING)?;
        many_clients::stops(&mut server)
    })?;
    in_time(run, |run| {
        let (mut server, address) = run.serve()?;
        let greedy = greedy(run, address)?;
        run.step("it sends as much as the server takes, and reads nothing");
        Chunks::sends_without_reading(&greedy);
        run.becomes_idle(&server)?;
        many_clients::stops(&mut server)
    })
}

pub fn is_served(client: &mut Peer) -> Outcome {
    client.send(GREETING)?;
    client.receives(REPLY)
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
