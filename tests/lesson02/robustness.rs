//! What right answers to exercise 2 must withstand besides, and how a client talks with them.

use std::io::Write;
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use common::{GREETING, REPLY};
use grader::{Check, Hint, Needs, Outcome, Peer, Run, check, ways_to_end};
use socket2::SockRef;

use servers::robustness::{Protocol, cut_anywhere, runs_again};

/// The longest request, in bytes.
use crate::exercise::{MAX_REQUEST, asks_for_a_long_reply, reply};

/// What else can happen to a server for requests.
pub const ROBUSTNESS: &[Check] = &[
    check("answers_requests_cut_anywhere", answers_requests_cut_anywhere)
        .demands("A request is answered the same wherever it is cut in two, and when it comes byte by byte.")
        .hint("Which of your steps takes it for granted that a piece ends where a character ends?")
        .section("02-2-server.html#one-read-is-not-one-message"),
    check("ends_in_the_middle_of_a_reply", ends_in_the_middle_of_a_reply)
        .demands("SIGTERM or Ctrl-C ends the server: its client gets the part of the reply that was written, and an end; the next run has the port at once.")
        .hint("Which process gets the signal, and which others have the client's connection, or the port?")
        .section("03-stopping.html#ctrl-c")
        .needs(Needs::Linux),
];

fn answers_requests_cut_anywhere(run: &mut Run) -> Outcome {
    let (_server, address) = run.serve()?;
    let text = "né你🦀";
    for pieces in cut_anywhere(text) {
        let mut client = run.connect(address)?;
        client.send_in_chunks(&pieces)?;
        client.finish_sending()?;
        client.receives_all(reply(text))?;
    }
    Ok(())
}

fn ends_in_the_middle_of_a_reply(run: &mut Run) -> Outcome {
    for tell_to_end in ways_to_end() {
        let (mut server, address) = run.serve_on_own_address()?;
        let mut client = asks_for_a_long_reply(run, address)?;
        client.has_unread_input()?;
        // The rest of the reply has no room.
        run.becomes_idle(&server)?;
        tell_to_end(&mut server)?;
        // Not before its end: with room for the rest, a server that hears of it late writes all.
        server.ends()?;
        let room = SockRef::from(client.stream()).set_recv_buffer_size(1 << 20);
        run.attempt("the client begins to read", room)?;
        // Nothing was unread, so the kernel sends what it has, and then an end like any other: only
        // a client that knows the length can tell that more was to come.
        let got = client.receives_to_end()?;
        let is_a_part = got.starts_with(REPLY.as_bytes()) && got.len() < MAX_REQUEST;
        run.ensure("that is a part of the reply", is_a_part, grader::quote(&got))?;
        runs_again::<Requests>(run, address)?;
    }
    Ok(())
}

/// A request ends where the client's stream ends.
pub struct Requests;

impl Protocol for Requests {
    const SECTION: &'static str = "02-2-server.html#the-repair";
    const MAKES_OTHERS_WAIT: bool = true;
    const HALF: &'static [u8] = b"\xe4\xbd";

    fn asks(client: &mut Peer) -> Outcome {
        client.send(GREETING)?;
        client.finish_sending()
    }

    fn is_answered(client: &mut Peer) -> Outcome {
        client.receives_all(reply(GREETING))
    }

    fn sends_much(client: &mut Peer) -> Outcome {
        let request = "x".repeat(256 << 10);
        client.send(&request)?;
        client.finish_sending()?;
        client.receives_all(reply(&request))
    }

    fn costs_much(client: &mut Peer) -> Outcome {
        // The server may have closed before the last of them.
        let _ = client.send([b'x'; MAX_REQUEST + 1]);
        let _ = client.stream().shutdown(Shutdown::Write);
        client
            .receives_no_reply()
            .hint("This client's request is more than 1 MiB. How many bytes does your server read to know that?")
    }

    fn sends_without_reading(mut stream: &TcpStream) {
        // The longest request that is allowed, so that the reply is as long.
        let _ = stream.write_all(&[b'x'; MAX_REQUEST]);
        let _ = stream.shutdown(Shutdown::Write);
    }
}

impl Requests {
    /// After 16 bytes, those that are missing to the longest request.
    pub fn sends_the_rest(mut stream: &TcpStream) {
        let _ = stream.set_write_timeout(Some(Duration::from_secs(1)));
        let _ = stream.write_all(&[b'x'; MAX_REQUEST - 16]);
        let _ = stream.shutdown(Shutdown::Write);
    }
}
