//! The sentences in English.

use std::time::Duration;

use common::sockets::State;

use super::super::row::{End, How, Mark, Note, Queue, Sense};
use super::{Words, digits_of, grouped};

pub struct English;

impl Words for English {
    fn end(&self, end: End) -> &'static str {
        end.name()
    }

    fn bytes(&self, count: u64) -> String {
        match count {
            1 => "1 byte".to_owned(),
            _ => format!("{} bytes", grouped(count)),
        }
    }

    fn time(&self, length: Duration) -> String {
        let (digits, is_seconds) = digits_of(length);
        format!("{digits} {}", if is_seconds { "s" } else { "ms" })
    }

    fn state_name(&self, state: State) -> String {
        match state {
            State::Closed => "closed".to_owned(),
            _ => state.to_string(),
        }
    }

    fn columns(&self) -> [&'static str; 4] {
        ["client", "its kernel", "its kernel", "server"]
    }

    fn legend(&self) -> [&'static str; 3] {
        [
            "STATE",
            "seen in the kernel",
            "follows from packets, or from words. Words of a program may have come a moment earlier.",
        ]
    }

    fn quoted(&self, text: &str) -> String {
        format!(": “{text}”")
    }

    fn arrow(&self, from: End, sense: Sense, size: &str, content: &str) -> String {
        let (one, other) = (from.name(), from.other().name());
        match sense {
            Sense::Call => format!(
                "The {one} called connect, so its kernel asks the {other}’s kernel for a connection."
            ),
            Sense::OwnCall => {
                "The server calls itself, since no other program is left, and so wakes its own accept. \
                 On the left is its own calling end now."
                    .to_owned()
            }
            Sense::CallAgain => {
                format!("There was no answer, so the {one}’s kernel asks again.")
            }
            Sense::Answer => format!(
                "The {one}’s kernel agrees. Its program doesn’t have to do anything for that, because it \
                 listens on this port."
            ),
            Sense::AnswerAgain => format!(
                "The {one}’s kernel answers once more. It does that until it has taken the confirmation, \
                 and while its queue for accept is full, it takes none."
            ),
            Sense::Confirm => format!(
                "The {one}’s kernel confirms. Now the connection is there for the {other}’s kernel as \
                 well, whether or not its program has called accept."
            ),
            Sense::Data => format!(
                "The {one} sends {size}{content}. The {other}’s kernel keeps them until its program reads."
            ),
            Sense::DataAgain => format!(
                "The {one}’s kernel sends {size} again, because it wasn’t told in time that they arrived."
            ),
            Sense::DataAfterEnd => format!(
                "The {one} sends {size}{content}. The {other} has only finished sending, so its kernel \
                 takes them. (If the {other} had closed everything, a reset would come back.)"
            ),
            Sense::Received => format!(
                "The {one}’s kernel confirms what came. That doesn’t mean that its program has read it."
            ),
            Sense::ReceivedEnd => {
                format!("The {one}’s kernel confirms that the {other} has finished sending.")
            }
            Sense::Nothing => format!(
                "Nothing new: the {one}’s kernel only repeats how far it has got, and how much room it has."
            ),
            Sense::Probe => format!(
                "The {one}’s kernel asks whether the {other}’s kernel is still there, or has room again."
            ),
            Sense::FirstEnd => format!(
                "The {one} won’t send any more, because it closed its socket or its sending side. When \
                 the {other} has read everything, its next read finds the end of the stream."
            ),
            Sense::SecondEnd => {
                format!("The {one} won’t send any more, either. Now both directions have ended.")
            }
            Sense::EndAgain => format!(
                "The {one}’s kernel sends its FIN again, because it wasn’t told in time that it arrived."
            ),
            Sense::Refused => format!(
                "No program listens on this port, so the {one}’s kernel answers by itself, and connect fails."
            ),
            Sense::Unread(count) => format!(
                "The {one} closes, and there’s unread input, {}. So its kernel doesn’t end this \
                 connection politely, it resets it.",
                self.bytes(count)
            ),
            Sense::GivenUp => format!(
                "A reset instead of a FIN. Usually that’s because the {one} closed while it still had \
                 unread input: then its kernel doesn’t end the connection politely."
            ),
            Sense::CutOff => format!(
                "A reset instead of a FIN. The {one}’s kernel drops the connection, which a program can \
                 ask for."
            ),
            Sense::Gone => format!(
                "Something came for a connection that the {one} has closed. Nothing can read it any \
                 more, so the {one}’s kernel answers with a reset."
            ),
        }
    }

    fn last_bytes(&self, size: &str, content: &str, sentence: &str) -> String {
        format!("The last {size}{content}. And then: {sentence}")
    }

    fn of_own_call(&self, sentence: &str) -> String {
        sentence.replace("The client", "The calling end").replace("the client", "the calling end")
    }

    fn state(&self, end: End, mark: Mark) -> String {
        let Mark { state, is_seen, how } = mark;
        let one = end.name();
        let sentence = match state {
            State::Listen => format!(
                "The {one}’s kernel takes calls on this port, whatever the program does in the meantime."
            ),
            State::SynSent => format!("The {one} has called, and there’s no answer yet."),
            State::SynReceived => format!(
                "The {one}’s kernel has answered, and waits for the confirmation. The program doesn’t \
                 know of it yet."
            ),
            State::Established if end == End::Client => {
                "The connection is there: connect succeeds, and bytes can go both ways.".to_owned()
            }
            State::Established => "The connection is there, and bytes can go both ways. The program \
                                   gets it from accept."
                .to_owned(),
            State::FinWait1 => format!(
                "The {one} finished sending, and its kernel waits to hear that this has arrived."
            ),
            State::FinWait2 => format!(
                "The other kernel knows that the {one} has finished. Now this one waits until the other \
                 side finishes, too."
            ),
            State::CloseWait => format!(
                "The other side has finished sending. The {one}’s kernel waits until its own program \
                 closes as well, however long that takes."
            ),
            State::Closing => {
                "Both sides finished at the same time, and neither has confirmed it yet.".to_owned()
            }
            State::LastAck => format!(
                "The {one} finished second. Its kernel waits for one last confirmation, and then it’s done."
            ),
            State::TimeWait if how == How::Crossing => {
                "Both sides finished at the same time. The kernel waits a minute in case its last word \
                 was lost."
                    .to_owned()
            }
            State::TimeWait => "This side finished first, and its kernel waits a minute in case its last \
                                word was lost."
                .to_owned(),
            State::Closed => match how {
                How::Refused => "There’s no connection: connect fails with “connection refused”.",
                How::Reset => "The kernel has thrown the connection away, and all bytes in its buffers.",
                How::WasReset => {
                    "The reset has ended the connection here, too. On Linux, what has arrived can still \
                     be read. After that, a read or a write fails."
                }
                How::Usual | How::Crossing => "The kernel has forgotten this connection.",
            }
            .to_owned(),
        };
        let source = match state {
            State::Listen if !is_seen => " (The program says so.)",
            _ => source(is_seen),
        };
        format!("{sentence}{source}")
    }

    fn heard_from(&self, mark: Mark) -> &'static str {
        match mark.state {
            _ if mark.is_seen => "",
            State::Listen => ", as the program says",
            _ => ", as the packets say",
        }
    }

    fn waiting_label(&self, queue: Queue, amount: u64) -> String {
        match queue {
            Queue::Send => format!("{} on the way", self.bytes(amount)),
            Queue::Receive => format!("{} unread", self.bytes(amount)),
            Queue::Accept => format!("{amount} to accept"),
        }
    }

    fn waiting(&self, end: End, queue: Queue, amount: u64) -> String {
        let one = end.name();
        let other = end.other().name();
        match queue {
            Queue::Send => format!(
                "The {one} has written {}, and its kernel keeps them until the {other}’s kernel confirms \
                 them.",
                self.bytes(amount)
            ),
            Queue::Receive => format!(
                "{} have arrived in the {one}’s kernel, and its program hasn’t read them.",
                self.bytes(amount)
            ),
            Queue::Accept if amount == 1 => {
                format!("A connection waits in the {one}’s kernel until its program calls accept.")
            }
            Queue::Accept => format!(
                "{amount} connections wait in the {one}’s kernel until its program calls accept."
            ),
        }
    }

    fn accepted_label(&self, count: u64) -> String {
        match count {
            1 => "accepted".to_owned(),
            _ => format!("{count} accepted"),
        }
    }

    fn accepted(&self, count: u64, left: u64, is_seen: bool) -> String {
        let taken = match count {
            1 => "The server’s program has called accept, and has the connection now.".to_owned(),
            _ => {
                format!(
                    "The server’s program has called accept, and has {count} connections more now."
                )
            }
        };
        let rest = match left {
            0 => String::new(),
            1 => " Another one waits.".to_owned(),
            _ => format!(" {left} more wait."),
        };
        format!("{taken}{rest}{}", source(is_seen))
    }

    fn left(&self, end: End, count: usize) -> String {
        let one = end.name();
        match count {
            1 => format!(
                "The run before has left a connection here, and the {one}’s kernel keeps it for a minute, with \
                 the {one}’s port."
            ),
            _ => format!(
                "The run before has left {count} connections here, and the {one}’s kernel keeps them for a \
                 minute, with the {one}’s port."
            ),
        }
    }

    fn left_label(&self) -> &'static str {
        "from the run before"
    }

    fn more(&self, packets: usize, size: u64) -> String {
        let noun = if packets == 1 { "packet" } else { "packets" };
        format!("{packets} more {noun}, {}", self.bytes(size))
    }

    fn crowd(&self, conversations: usize, packets: usize, size: u64) -> String {
        let packets = match packets {
            0 => String::new(),
            1 => format!(": 1 packet, {}", self.bytes(size)),
            _ => format!(": {packets} packets, {}", self.bytes(size)),
        };
        match conversations {
            0 => format!("the clients that are not drawn{packets}"),
            1 => format!("1 more client at the same time{packets}"),
            _ => format!("{conversations} more clients at the same time{packets}"),
        }
    }

    fn pause(&self, length: Duration) -> String {
        format!("{} later", self.time(length))
    }

    fn exit(&self, code: Option<i32>, signal: Option<i32>) -> String {
        match (code, signal) {
            (Some(code), _) => format!("exit code {code}"),
            (None, Some(2)) => "ended by Ctrl-C".to_owned(),
            (None, Some(9)) => "killed".to_owned(),
            (None, Some(signal)) => format!("ended by signal {signal}"),
            (None, None) => "ended".to_owned(),
        }
    }

    fn note(&self, note: &Note) -> String {
        match note {
            Note::Stopped(why) => format!("Stopped: {why}."),
            Note::Cut => "More came, and is not shown.".to_owned(),
            Note::Uncaptured => {
                "More packets came than are captured. These are the first.".to_owned()
            }
            Note::Lost(count) => {
                let packets = if *count == 1 { "packet" } else { "packets" };
                let count = grouped(*count);
                format!("The kernel dropped {count} {packets} of the capture: they are not shown.")
            }
            Note::Step(text) => text.clone(),
            Note::Report { status, differs } => {
                let ending = match status.as_str() {
                    "passed" => "The check has passed.",
                    "failed" => "The check has failed.",
                    "not judged" => "The machine was too busy to judge the check.",
                    _ => "The check did not run.",
                };
                match differs {
                    Some(differs) => format!("{ending} {differs}"),
                    None => ending.to_owned(),
                }
            }
            Note::Unseen => "The kernel’s view is not available here.".to_owned(),
            Note::Again => "Then it’s started again, on the same port.".to_owned(),
            Note::Full => {
                "This scene is full. From here on, only what the programs say is shown.".to_owned()
            }
        }
    }

    fn another(&self, name: &str) -> String {
        format!("another {name}")
    }

    fn comes(&self) -> &'static str {
        "comes"
    }

    fn calling_port(&self, port: u16) -> String {
        format!(" from port {port}")
    }

    fn says(&self, name: &str, is_error: bool) -> String {
        format!("{name}{}: ", if is_error { ", error" } else { "" })
    }

    fn between(&self, from: End) -> String {
        format!("{} to {}: ", from.name(), from.other().name())
    }

    fn numbered(&self) -> &'static str {
        "client "
    }

    fn in_kernel(&self, end: End) -> String {
        format!("In the {}’s kernel: ", end.name())
    }

    fn server_does(&self) -> &'static str {
        "The server: "
    }

    fn comes_into(&self, end: End) -> String {
        format!("; {} now ", end.name())
    }

    fn kernel(&self) -> &'static str {
        "The kernel"
    }
}

/// What is behind a sentence on the kernel that no look at it has shown.
fn source(is_seen: bool) -> &'static str {
    if is_seen { "" } else { " (This follows from the packets.)" }
}
