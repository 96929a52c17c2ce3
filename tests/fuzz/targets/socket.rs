//! A line is a socket only if the kernel would write that socket so; read, written and read again, it is
//! the same.

#![no_main]

use common::sockets::{Socket, State, field, listed};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|line: &str| {
    let Some(socket) = listed(line) else { return };
    let written = written(&socket);
    assert_eq!(listed(&written).as_ref(), Some(&socket));
    let mut fields = line.split_whitespace().skip(1);
    for end in [socket.local, socket.peer] {
        assert_eq!(fields.next(), Some(field(end).as_str()));
    }
});

/// The line as Linux prints it, up to the timer.
fn written(socket: &Socket) -> String {
    let Socket { local, peer, state, send_queue, receive_queue, timer } = socket;
    let state = match state {
        State::Established => 1,
        State::SynSent => 2,
        State::SynReceived => 3,
        State::FinWait1 => 4,
        State::FinWait2 => 5,
        State::TimeWait => 6,
        State::Closed => 7,
        State::CloseWait => 8,
        State::LastAck => 9,
        State::Listen => 10,
        State::Closing => 11,
    };
    let ticks = timer.as_millis() / 10;
    let (local, peer) = (field(*local), field(*peer));
    format!("0: {local} {peer} {state:02X} {send_queue:08X}:{receive_queue:08X} 00:{ticks:08X}")
}
