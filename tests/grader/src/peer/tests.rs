//! Each demand, where it holds and where it does not.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use super::{Peer, uninterrupted};
use crate::check::{Broken, got};
use crate::patience::must_pass;
#[cfg(target_os = "linux")]
use crate::spawn::held_for_a_moment;
use crate::trace::Trace;

/// The check's end, and the program's, which is here in the test's own hands.
fn pair() -> (Peer, TcpStream) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let stream = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let trace = Trace::new(must_pass());
    let (program, _) = listener.accept().unwrap();
    program.set_read_timeout(Some(must_pass())).unwrap();
    program.set_write_timeout(Some(must_pass())).unwrap();
    (Peer::new(stream, "the client", &trace), program)
}

/// The same end of the connection, when the time of the run is nearly over.
fn late(peer: &Peer) -> Peer {
    Peer::new(
        peer.stream.try_clone().unwrap(),
        "the client",
        &Trace::new(Duration::from_millis(50)),
    )
}

fn reset(program: TcpStream) {
    socket2::SockRef::from(&program).set_linger(Some(Duration::ZERO)).unwrap();
    drop(program);
}

#[test]
fn both_ends_have_names_and_addresses() {
    let (peer, program) = pair();
    assert_eq!(peer.local(), program.peer_addr().unwrap());
    assert_eq!(peer.remote(), program.local_addr().unwrap());
    assert_eq!(peer.stream().local_addr().unwrap(), peer.local());
    assert_eq!(peer.trace.take().peers, [(peer.local(), String::from("the client"))]);
}

#[test]
fn these_bytes_are_received_whatever_their_pieces() {
    let (mut peer, mut program) = pair();
    let pieces = thread::spawn(move || {
        for piece in ["he", "llo", "!"] {
            program.write_all(piece.as_bytes()).unwrap();
        }
        program
    });
    peer.receives("hello").unwrap();
    peer.receives("!").unwrap();
    peer.receives("").unwrap();
    drop(pieces.join().unwrap());
    assert_eq!(got(peer.receives("x")), "nothing, then: the end of the stream");
}

#[test]
fn other_bytes_and_too_few_are_not_these() {
    let (mut peer, mut program) = pair();
    program.write_all(b"help").unwrap();
    assert_eq!(got(peer.receives("hell no")), r#"4 bytes "help""#);

    let (peer, mut program) = pair();
    program.write_all(b"hel").unwrap();
    assert!(got(late(&peer).receives("hello")).ends_with("the time was up"));
    let (mut peer, mut program) = pair();
    program.write_all(b"hel").unwrap();
    drop(program);
    assert_eq!(got(peer.receives("hello")), r#"3 bytes "hel", then: the end of the stream"#);

    let (mut peer, program) = pair();
    reset(program);
    assert!(got(peer.receives("hello")).contains("then: Connection reset"));
}

#[test]
fn an_end_is_an_end_in_good_order() {
    let (mut peer, mut program) = pair();
    assert_eq!(got(late(&peer).receives_end()), "nothing: the time was up");
    program.write_all(b"he").unwrap();
    program.shutdown(Shutdown::Write).unwrap();
    assert_eq!(got(peer.receives_end()), r#"2 bytes "he""#);
    peer.receives_end().unwrap();

    let (mut peer, mut program) = pair();
    program.write_all(b"hello").unwrap();
    drop(program);
    peer.receives_all("hello").unwrap();

    let (mut peer, mut program) = pair();
    program.write_all(b"hello!").unwrap();
    assert_eq!(got(peer.receives_all("hello")), r#"1 byte "!""#);
    reset(program);
    assert!(got(peer.receives_end()).starts_with("Connection reset"));
}

#[test]
fn all_is_received_to_the_end() {
    let (mut peer, mut program) = pair();
    let all = vec![7; 1 << 20];
    let writing = thread::spawn(move || program.write_all(&all).unwrap());
    assert_eq!(peer.receives_to_end().unwrap().len(), 1 << 20);
    writing.join().unwrap();

    let (mut peer, program) = pair();
    reset(program);
    assert!(got(peer.receives_to_end()).starts_with("nothing, then: Connection reset"));
}

#[test]
fn what_has_no_end_is_not_received_to_its_end() {
    let (mut peer, mut program) = pair();
    let writing = thread::spawn(move || while program.write_all(&[b'x'; 64 << 10]).is_ok() {});
    assert!(got(peer.receives_to_end()).ends_with(", and no end"));
    drop(peer);
    writing.join().unwrap();
}

#[test]
fn no_reply_is_an_end_without_a_byte() {
    let (mut peer, program) = pair();
    drop(program);
    peer.receives_no_reply().unwrap();

    let (mut peer, program) = pair();
    assert_eq!(
        got(late(&peer).receives_no_reply()),
        "nothing, and an open connection: the time was up"
    );
    reset(program);
    peer.receives_no_reply().unwrap();

    let (mut peer, mut program) = pair();
    program.write_all(b"sorry").unwrap();
    assert_eq!(got(peer.receives_no_reply()), r#"5 bytes "sorry""#);
}

#[test]
fn who_sends_on_and_on_is_cut_off_or_not() {
    let (mut peer, program) = pair();
    peer.send("unread").unwrap();
    drop(program);
    peer.sends_until_cut_off(1 << 30).unwrap();

    let (mut peer, mut program) = pair();
    let reading = thread::spawn(move || io::copy(&mut program, &mut io::sink()).unwrap());
    let most = 1_000_000;
    let broken = got(peer.sends_until_cut_off(most));
    drop(peer);
    let count = reading.join().unwrap();
    assert_eq!(broken, format!("an open connection that took {count} bytes"));
    assert!((most as u64..most as u64 + (64 << 10)).contains(&count), "{count} bytes");

    let (peer, _program) = pair();
    // The time is over between two writes, of which the last took a part; in the end it is in one that
    // takes nothing.
    let trace = Trace::new(must_pass());
    let stuck = "an open connection that takes no more after 0 bytes";
    trace
        .until(&stuck, || {
            let broken = got(late(&peer).sends_until_cut_off(1 << 30));
            assert!(broken == stuck || broken == "nothing: the time was up", "{broken}");
            (broken == stuck).then_some(())
        })
        .unwrap();
}

#[test]
fn a_reset_is_told_from_an_end() {
    let (mut peer, mut program) = pair();
    program.write_all(b"hello").unwrap();
    peer.has_unread_input().unwrap();
    assert_ne!(got(late(&peer).is_reset()), "what it wanted");
    let (mut peer, mut program) = pair();
    program.write_all(b"hello").unwrap();
    peer.has_unread_input().unwrap();
    reset(program);
    let received = peer.is_reset().unwrap();
    // Linux lets what has come before be read; a system may throw it away.
    assert!(received == 5 || !cfg!(target_os = "linux"), "{received}");

    let (mut peer, program) = pair();
    drop(program);
    assert_eq!(got(peer.is_reset()), "the end of the stream, in good order");
}

#[test]
fn silence_is_neither_a_byte_nor_an_end() {
    let silence = Duration::from_millis(20);
    let (mut peer, mut program) = pair();
    peer.receives_nothing_for(silence).unwrap();
    program.write_all(b"hello").unwrap();
    let long = must_pass();
    assert_eq!(got(peer.receives_nothing_for(long)), r#"5 bytes "hello""#);
    program.shutdown(Shutdown::Write).unwrap();
    assert_eq!(got(peer.receives_nothing_for(long)), "the end of the stream");

    let (mut peer, program) = pair();
    reset(program);
    assert!(got(peer.receives_nothing_for(long)).contains("reset"));
}

#[test]
fn unread_input_is_left_unread() {
    let (mut peer, mut program) = pair();
    program.write_all(b"hello").unwrap();
    peer.has_unread_input().unwrap();
    peer.receives("hello").unwrap();
    assert_ne!(got(late(&peer).has_unread_input()), "what it wanted");
    drop(program);
    assert_eq!(got(peer.has_unread_input()), "the end of the stream");
}

#[test]
fn one_read_and_a_whole_write() {
    let (mut peer, mut program) = pair();
    peer.write_all(b"hello", "room").unwrap();
    let mut buffer = [0; 8];
    assert_eq!(program.read(&mut buffer).unwrap(), 5);
    program.write_all(b"hi").unwrap();
    assert_eq!(peer.read_some(&mut buffer, "bytes").unwrap(), 2);
    assert_eq!(&buffer[..2], b"hi");
    assert_eq!(got(late(&peer).read_some(&mut buffer, "bytes")), "the time was up");

    let much = vec![0; 64 << 20];
    let broken = late(&peer).write_all(&much, "room").unwrap_err();
    assert_eq!((&*broken.expected, &*broken.got), ("room", "no room for more: the time was up"));
    reset(program);
    assert_ne!(got(peer.write_all(&much, "room")), "what it wanted");

    let (mut peer, program) = pair();
    drop(program);
    assert_eq!(peer.read_some(&mut buffer, "bytes").unwrap(), 0);
}

/// A reader that takes a little every now and then cannot draw the time out.
#[test]
fn a_write_has_one_time_limit() {
    let (peer, mut program) = pair();
    let mut late = late(&peer);
    let (over, is_over) = mpsc::channel::<()>();
    let reading = thread::spawn(move || {
        let mut buffer = vec![0; 16 << 10];
        let pause = Duration::from_millis(5);
        while is_over.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) {
            // Nothing more may come, and then this is the end.
            let _ = program.read(&mut buffer).unwrap();
        }
    });
    assert_ne!(got(late.send(vec![0; 64 << 20])), "what it wanted");
    drop((over, late, peer));
    reading.join().unwrap();
}

#[test]
fn pieces_are_read_one_by_one() {
    let (mut peer, mut program) = pair();
    let reading = thread::spawn(move || {
        let mut buffer = [0; 64];
        let mut pieces = Vec::new();
        loop {
            // If the next but one comes early, here it comes, too.
            program.peek(&mut buffer).unwrap();
            thread::sleep(Duration::from_millis(20));
            match program.read(&mut buffer).unwrap() {
                0 => return pieces,
                count => pieces.push(String::from_utf8_lossy(&buffer[..count]).into_owned()),
            }
        }
    });
    let pieces = ["a", "bc", "d", "ef"];
    peer.send_in_pieces(&pieces).unwrap();
    peer.has_been_read().unwrap();
    peer.end().unwrap();
    let read = reading.join().unwrap();
    match cfg!(target_os = "linux") {
        true => assert_eq!(read, pieces),
        false => assert_eq!(read.concat(), "abcdef"),
    }
}

#[cfg(target_os = "linux")]
#[test]
fn what_nobody_reads_has_not_been_read() {
    let (mut peer, _program) = pair();
    peer.send("a").unwrap();
    let unread = "nothing: the time was up";
    assert_eq!(got(late(&peer).has_been_read()), unread);
    assert_eq!(got(late(&peer).send_in_pieces(&["a", "b"])), unread);

    let (mut peer, program) = pair();
    peer.send("unread").unwrap();
    drop(program);
    peer.is_reset().unwrap();
    assert_ne!(got(peer.send_in_pieces(&["a", "b"])), "what it wanted");
    assert_ne!(got(peer.has_been_read()), "what it wanted");
}

#[test]
fn one_side_ends_or_both_or_the_connection_breaks() {
    let mut buffer = [0; 8];
    let (mut peer, mut program) = pair();
    peer.end().unwrap();
    assert_eq!(program.read(&mut buffer).unwrap(), 0);
    program.write_all(b"still").unwrap();
    peer.receives("still").unwrap();
    peer.close();
    let (peer, mut program) = pair();
    peer.reset();
    assert_eq!(program.read(&mut buffer).unwrap_err().kind(), ErrorKind::ConnectionReset);
    let (peer, mut program) = pair();
    peer.close();
    assert_eq!(program.read(&mut buffer).unwrap(), 0);
}

#[cfg(target_os = "linux")]
#[test]
fn a_connection_is_reset_when_no_process_has_it_open() {
    let (peer, mut program) = pair();
    let held = held_for_a_moment(peer.stream());
    peer.reset();
    program.set_nonblocking(true).unwrap();
    assert_eq!(program.read(&mut [0]).unwrap_err().kind(), ErrorKind::ConnectionReset);
    held.join().unwrap();

    let (mut peer, mut program) = pair();
    peer.end().unwrap();
    assert_eq!(program.read(&mut [0]).unwrap(), 0);
    drop(program);
    peer.receives_end().unwrap();
    // Both sides have ended: TIME_WAIT stays, for a minute.
    let begun = Instant::now();
    peer.reset();
    assert!(begun.elapsed() < must_pass() / 2);
}

#[test]
fn a_drip_ends_with_the_connection_and_knows_its_longest_silence() {
    let (peer, mut program) = pair();
    let silence = Duration::from_secs(1);
    let since = Instant::now() - silence;
    let drip = peer.drips(since).unwrap();
    let mut two = [0; 2];
    program.read_exact(&mut two).unwrap();
    assert_eq!(&two, b"..");
    reset(program);
    assert!(drip.join().unwrap() >= silence);

    let (peer, mut program) = pair();
    let drip = peer.drips(Instant::now()).unwrap();
    program.read_exact(&mut two).unwrap();
    reset(program);
    assert!(drip.join().unwrap() >= Duration::from_millis(20));
}

#[test]
fn a_call_that_a_signal_interrupts_is_made_again() {
    let mut outcomes = [Err(ErrorKind::Interrupted.into()), Ok(3)].into_iter();
    assert_eq!(uninterrupted(|| outcomes.next().unwrap()).unwrap(), 3);
    let refused = uninterrupted(|| Err(ErrorKind::ConnectionRefused.into()));
    assert_eq!(refused.unwrap_err().kind(), ErrorKind::ConnectionRefused);
}

#[test]
fn a_broken_demand_names_what_was_expected() {
    let (mut peer, program) = pair();
    drop(program);
    let Broken { expected, .. } = peer.receives("hello").unwrap_err();
    assert_eq!(expected, r#"5 bytes "hello""#);
    let steps = peer.trace.take().steps;
    assert_eq!(steps, [r#"the client receives 5 bytes "hello""#]);
}
