//! One conversation: what its packets mean, and TCP's state machine for each of its ends.

use std::net::SocketAddr;

use common::sockets::State;

use super::event::Look;
use super::packet::Packet;
use super::row::{End, How, Mark, Queue, Sense};

/// The packets between two addresses, from a SYN on.
pub struct Conversation {
    /// The client's address and the server's.
    addresses: [SocketAddr; 2],
    pub ends: [Side; 2],
    pub arrows: usize,
    /// Whether the server's own program is at both ends.
    pub is_own_call: bool,
    /// Whether its packets are drawn, and not only counted.
    pub is_drawn: bool,
    /// Whether the server's program has it from accept.
    pub is_accepted: bool,
}

/// What is known of one end.
#[derive(Default)]
pub struct Side {
    pub state: Option<State>,
    /// The rows in which it came into a state.
    pub history: Vec<usize>,
    /// What was last seen in its queues, to send and received.
    pub waiting: [u64; 2],
    /// The number behind the last one that it has sent.
    next: Option<u32>,
    /// The number behind its FIN.
    end: Option<u32>,
    /// What the other end has acknowledged.
    acknowledged: Option<u32>,
    /// Bytes that it has sent.
    sent: u64,
}

impl Conversation {
    /// A conversation of which this is the first packet that was caught.
    pub fn begun_by(packet: &Packet) -> Conversation {
        // Where the SYN was missed, who has asked for this answer is the client.
        let is_answer = packet.syn && packet.ack;
        Conversation::between(match is_answer {
            true => [packet.to, packet.from],
            false => [packet.from, packet.to],
        })
    }

    /// A conversation that was seen before any packet of it.
    pub fn seen(look: &Look) -> Conversation {
        Conversation::between(match look.end {
            End::Client => [look.local, look.peer],
            End::Server => [look.peer, look.local],
        })
    }

    fn between(addresses: [SocketAddr; 2]) -> Conversation {
        Conversation {
            addresses,
            ends: Default::default(),
            arrows: 0,
            is_own_call: false,
            is_drawn: true,
            is_accepted: false,
        }
    }

    pub fn is_between(&self, one: SocketAddr, other: SocketAddr) -> bool {
        self.addresses == [one, other] || self.addresses == [other, one]
    }

    pub fn end_at(&self, address: SocketAddr) -> Option<End> {
        End::BOTH.into_iter().find(|end| self.addresses[*end as usize] == address)
    }

    /// Whether this end has a connection, or is about to have one.
    pub fn is_alive(&self, end: End) -> bool {
        self.ends[end as usize].state.is_some_and(|state| state != State::Closed)
    }

    /// Whether a new one can begin between the same addresses.
    pub fn is_over(&self) -> bool {
        let ended = [None, Some(State::Closed), Some(State::TimeWait)];
        self.ends.iter().any(|side| side.state.is_some())
            && self.ends.iter().all(|side| ended.contains(&side.state))
    }

    /// Goes on with a packet: who has sent it, what it means, and the states that follow from it.
    pub fn packet(&mut self, packet: &Packet) -> (End, Sense, [Option<Mark>; 2]) {
        let from = self.end_at(packet.from).unwrap_or(End::Client);
        let before = self.states();
        let sense = self.sense(from, packet);
        let how = self.step(from, packet);
        self.note(from, packet);
        let marks = End::BOTH.map(|end| {
            let index = end as usize;
            let state = self.ends[index].state?;
            (before[index] != Some(state)).then_some(Mark {
                state,
                is_seen: false,
                how: how[index],
            })
        });
        (from, sense, marks)
    }

    fn states(&self) -> [Option<State>; 2] {
        [self.ends[0].state, self.ends[1].state]
    }

    fn sense(&self, from: End, packet: &Packet) -> Sense {
        let own = &self.ends[from as usize];
        let other = &self.ends[from.other() as usize];
        let begins = packet.sequence;
        // Whether all that it carries has been sent before.
        let is_again = |by: u32| {
            let behind = begins.wrapping_add(by).wrapping_add(length(packet));
            own.next.is_some_and(|next| !is_after(behind, next))
        };
        if packet.rst {
            return self.reset(from, packet);
        }
        if packet.syn {
            return match (packet.ack, is_again(1)) {
                (false, false) => Sense::Call,
                (false, true) => Sense::CallAgain,
                (true, false) => Sense::Answer,
                (true, true) => Sense::AnswerAgain,
            };
        }
        if packet.fin {
            return match (is_again(1), other.end.is_some()) {
                (true, _) => Sense::EndAgain,
                (false, false) => Sense::FirstEnd,
                (false, true) => Sense::SecondEnd,
            };
        }
        if packet.length > 0 {
            return match (is_again(0), other.end.is_some()) {
                (true, _) => Sense::DataAgain,
                (false, true) => Sense::DataAfterEnd,
                (false, false) => Sense::Data,
            };
        }
        let is_new = packet.ack
            && other.acknowledged.is_none_or(|before| is_after(packet.acknowledged, before));
        if own.next.is_some_and(|next| begins == next.wrapping_sub(1)) && !is_new {
            Sense::Probe
        } else if !is_new {
            Sense::Nothing
        } else if other.state == Some(State::SynReceived) {
            Sense::Confirm
        } else if other.end == Some(packet.acknowledged) {
            Sense::ReceivedEnd
        } else {
            Sense::Received
        }
    }

    /// Why there is a reset. Linux acknowledges in one that a program has caused; one that answers a packet
    /// for which nothing is there takes its number from that packet instead (RFC 9293 §3.5.2).
    fn reset(&self, from: End, packet: &Packet) -> Sense {
        let own = &self.ends[from as usize];
        let other = &self.ends[from.other() as usize];
        if other.state == Some(State::SynSent) && own.state.is_none() {
            return Sense::Refused;
        }
        if !packet.ack || own.state == Some(State::Closed) {
            return Sense::Gone;
        }
        match own.waiting[Queue::Receive as usize] {
            0 if other.sent == 0 => Sense::CutOff,
            0 => Sense::GivenUp,
            unread => Sense::Unread(unread),
        }
    }

    /// What the packet makes of both states. Loopback carries it at once, so sender and receiver change
    /// together.
    fn step(&mut self, from: End, packet: &Packet) -> [How; 2] {
        use State::*;
        let mut how = [How::Usual; 2];
        let (own, to) = (from as usize, from.other() as usize);
        let [ours, theirs] = [self.ends[own].state, self.ends[to].state];
        if packet.rst {
            let is_refused = theirs == Some(SynSent) && ours.is_none();
            if ours.is_some() {
                self.ends[own].state = Some(Closed);
            }
            // In TIME_WAIT as well, as Linux does it unless net.ipv4.tcp_rfc1337 is set.
            if theirs.is_some() {
                self.ends[to].state = Some(Closed);
            }
            how[own] = How::Reset;
            how[to] = if is_refused { How::Refused } else { How::WasReset };
            return how;
        }
        if packet.syn {
            self.ends[own].state = match (packet.ack, ours) {
                (false, None | Some(Closed | TimeWait)) => Some(SynSent),
                // Sent again: the answer to it was not taken.
                (true, None | Some(Listen | SynSent | Established)) => Some(SynReceived),
                _ => ours,
            };
            if packet.ack && theirs == Some(SynSent) {
                self.ends[to].state = Some(Established);
            }
            return how;
        }
        // Those that were established before the capture began.
        if ours.is_none() && theirs.is_none() && !packet.fin && packet.length > 0 {
            return how;
        }
        let acknowledges = |behind: Option<u32>| {
            packet.ack && behind.is_some_and(|behind| !is_after(behind, packet.acknowledged))
        };
        if acknowledges(self.ends[to].end) {
            self.ends[to].state = match theirs {
                Some(FinWait1) => Some(FinWait2),
                Some(Closing) => {
                    how[to] = How::Crossing;
                    Some(TimeWait)
                }
                Some(LastAck) => Some(Closed),
                other => other,
            };
        } else if theirs == Some(SynReceived) && packet.ack {
            self.ends[to].state = Some(Established);
        }
        if packet.fin {
            let is_heard = acknowledges(self.ends[to].end);
            self.ends[own].state = match ours {
                Some(Established | SynReceived) | None => Some(FinWait1),
                // It had not heard of the other FIN yet when it sent its own: they cross.
                Some(CloseWait) if !is_heard => Some(Closing),
                Some(CloseWait) => Some(LastAck),
                other => other,
            };
            self.ends[to].state = match self.ends[to].state {
                Some(Established) | None => Some(CloseWait),
                Some(FinWait1) => Some(Closing),
                Some(FinWait2) => Some(TimeWait),
                other => other,
            };
        }
        how
    }

    fn note(&mut self, from: End, packet: &Packet) {
        let own = &mut self.ends[from as usize];
        let mut behind = packet.sequence.wrapping_add(length(packet));
        if packet.syn || packet.fin {
            behind = behind.wrapping_add(1);
        }
        if packet.syn && !packet.ack && own.state == Some(State::SynSent) {
            own.next = None;
        }
        if packet.fin {
            own.end = Some(behind);
        }
        if own.next.is_none_or(|next| is_after(behind, next)) && !packet.rst {
            own.next = Some(behind);
            own.sent += u64::from(length(packet));
        }
        let other = &mut self.ends[from.other() as usize];
        let is_more = other.acknowledged.is_none_or(|before| is_after(packet.acknowledged, before));
        if packet.ack && !packet.rst && is_more {
            other.acknowledged = Some(packet.acknowledged);
        }
    }
}

/// The payload's length as a part of the sequence.
fn length(packet: &Packet) -> u32 {
    u32::try_from(packet.length).unwrap_or(u32::MAX)
}

/// Whether one sequence number comes after another one; they wrap around (RFC 9293 §3.4).
fn is_after(one: u32, other: u32) -> bool {
    one != other && one.wrapping_sub(other) < 1 << 31
}
