//! What clients, the machine and its user can do to lesson 4's program besides what its checks demand.

use crate::checks::{finishes_replies_on_sigterm, is_served};

use common::{GREETING, REPLY};
use grader::{Check, Needs, Outcome, Peer, Program, Run, check};
use servers::many_clients::{self};
use servers::robustness::Protocol;

/// Every piece is answered, until the client finishes sending.
pub struct Chunks;

impl Protocol for Chunks {
    const SECTION: &'static str = "03-stopping.html#one-bad-client";
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
pub const ROBUSTNESS: &[Check] = &[
    check("finishes_replies_on_sigterm", finishes_replies_on_sigterm)
        .demands("SIGTERM, too, lets a reply that has begun come to its end.")
        .hint("Which signals does your program know, and does it do the same for all of them?")
        .section("03-stopping.html#ctrl-c")
        .needs(Needs::Unix),
    check("closes_after_its_replies", closes_after_its_replies)
        .demands("A client whose replies wait for room gets them all before it is parted with.")
        .hint("What does the kernel do with what it has not sent yet when the connection is closed with unread input?")
        .section("03-stopping.html#one-bad-client"),
    check("stops_without_descriptors", stops_without_descriptors)
        .demands("Ctrl-C ends the server while no descriptor is left and clients wait in the queue.")
        .hint("When `accept` fails again and again, which line of your loop looks whether to stop?")
        .section("03-stopping.html#ctrl-c")
        .needs(Needs::Linux),
    check("does_not_wait_for_its_terminal", does_not_wait_for_its_terminal)
        .demands("When its output goes into a full pipe that no program reads, clients are served anyway.")
        .hint("For how long does `println!` wait for a terminal in which you've pressed Ctrl-S?")
        .section("03-stopping.html#one-bad-client")
        .needs(Needs::LinuxAnd("bash")),
    check("stops_though_its_terminal_does_not", stops_though_its_terminal_does_not)
        .demands("Ctrl-C ends the server in time though its output isn't read.")
        .hint("What does your program still want to say at its end, and to whom?")
        .section("03-stopping.html#ctrl-c")
        .needs(Needs::LinuxAnd("bash")),
    check("reads_characters_cut_anywhere", reads_characters_cut_anywhere)
        .demands("Text is read as it was meant, wherever it is cut in two.")
        .hint("What becomes of the bytes behind the last whole character of a piece?")
        .section("03-threads.html#a-character-in-two-pieces"),
];

fn closes_after_its_replies(run: &mut Run) -> Outcome {
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
    run.step("what the server says of it is ten times what a pipe holds: the replies come anyway");
    says_much(&mut client)?;
    is_served(&mut run.connect(address)?)?;
    run.stays_idle(&server)
}

fn stops_though_its_terminal_does_not(run: &mut Run) -> Outcome {
    many_clients::in_time(run, |run| {
        let (mut server, mut client) = serve_into_a_full_pipe(run)?;
        run.step("what the server says of it is ten times what a pipe holds");
        // Whether it is answered is another check's question.
        let _ = says_much(&mut client);
        many_clients::stops(&mut server)
    })
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
